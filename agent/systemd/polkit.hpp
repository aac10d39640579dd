// Asks polkit whether a caller may do something. Knows no action.
// Source: org.freedesktop.PolicyKit1.Authority, CheckAuthorization.
#pragma once

#include "systemd/bus.hpp"

#include <functional>
#include <string>

namespace intact::systemd {

class Polkit {
public:
    explicit Polkit(Bus &bus) : bus_(bus) {}

    /// Errors told to `on_end`: permission_denied, also where there is no polkit. Asks the caller's
    /// user for a password where the call allows that.
    void check(const BusCall &call, const std::string &action,
               std::function<void(Result<>)> on_end);

private:
    Bus &bus_;
};

} // namespace intact::systemd
