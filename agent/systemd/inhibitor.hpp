// Holds a shutdown or sleep of the host up for a moment. Source: org.freedesktop.login1.Manager,
// Inhibit.
#pragma once

#include "systemd/bus.hpp"

#include <functional>
#include <memory>
#include <string>

namespace intact::systemd {

/// Two locks of the kind "delay", taken one by one: logind 252 refuses an unprivileged caller both
/// in one call. It grants 5 s, unless InhibitDelayMaxSec= says more: a courtesy, no protection.
/// Released by its end, also when an answer comes after that.
class Inhibitor {
public:
    /// `on_refusal` is told each reason once.
    Inhibitor(Bus &bus, const std::string &who, const std::string &why,
              std::function<void(const Error &)> on_refusal);
    ~Inhibitor();
    Inhibitor(const Inhibitor &) = delete;
    Inhibitor &operator=(const Inhibitor &) = delete;

private:
    struct Locks;
    std::shared_ptr<Locks> locks_;
};

} // namespace intact::systemd
