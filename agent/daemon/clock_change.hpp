// Tells when somebody sets the host's clock or its time zone, which timers alone do not notice.
#pragma once

#include "os/unique_fd.hpp"
#include "systemd/event_loop.hpp"

#include <functional>
#include <memory>

namespace intact::daemon {

/// Thread: that of the loop. Source: timerfd_create(2), TFD_TIMER_CANCEL_ON_SET; inotify(7).
class ClockChange {
public:
    static Result<std::unique_ptr<ClockChange>>
    watch(systemd::EventLoop &loop, std::function<void()> on_clock, std::function<void()> on_zone);

private:
    ClockChange() = default;
    void arm() const;
    bool read_zone_events() const;

    os::UniqueFd timer_;
    os::UniqueFd zone_;
    systemd::Source on_timer_;
    systemd::Source on_zone_;
};

} // namespace intact::daemon
