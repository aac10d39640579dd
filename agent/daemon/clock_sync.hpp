// Whether a time server sets the host's clock, also where a sandbox hides what the kernel knows.
// Source: os/clock_sync.hpp; org.freedesktop.timedate1(5).
#pragma once

#include "systemd/bus.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace intact::daemon {

/// Thread: that of the loop. Nothing here waits.
class ClockSync {
public:
    /// Puts a question to the system's bus; false: there is none.
    using Ask = std::function<bool(const systemd::BusPeer &whom, const std::string &method,
                                   const systemd::BusValues &values, systemd::Bus::Answer answer)>;
    explicit ClockSync(Ask ask);

    /// As far as it is known: of the last minute, or of the call before.
    std::optional<bool> state();

private:
    void look();

    const Ask ask_;
    std::shared_ptr<std::optional<bool>>
        state_; ///< shared with a question whose answer may be late
    std::optional<std::chrono::microseconds> looked_; ///< boot_time()
};

} // namespace intact::daemon
