// Who may change something: root and the service's own user; others when polkit says so.
#pragma once

#include "control/names.hpp"
#include "systemd/polkit.hpp"

#include <functional>

namespace intact::control {

class Authorizer {
public:
    explicit Authorizer(systemd::Bus &bus) : bus_(bus), polkit_(bus) {}

    /// Goes on with `allowed`, or refuses the call. Waits for nobody: both come later.
    void check(const systemd::BusCall &call, Action action, std::function<void()> allowed);

private:
    systemd::Bus &bus_;
    systemd::Polkit polkit_;
};

} // namespace intact::control
