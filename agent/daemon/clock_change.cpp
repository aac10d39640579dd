#include "daemon/clock_change.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <unistd.h>

namespace intact::daemon {

Result<std::unique_ptr<ClockChange>> ClockChange::watch(systemd::EventLoop &loop,
                                                        std::function<void()> on_clock,
                                                        std::function<void()> on_zone) {
    std::unique_ptr<ClockChange> change(new ClockChange);
    const ClockChange *self = change.get();
    change->timer_.reset(timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC));
    if (change->timer_.get() < 0) {
        return fail_errno(errno, "make a timer");
    }
    change->arm();
    INTACT_TRY_ASSIGN(change->on_timer_,
                      loop.on_readable(change->timer_.get(), [self, call = std::move(on_clock)] {
                          self->arm();
                          call();
                      }));
    change->zone_.reset(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    // /etc/localtime is replaced, not written: its directory is what tells.
    if (change->zone_.get() >= 0 &&
        inotify_add_watch(change->zone_.get(), "/etc",
                          IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_CLOSE_WRITE) >= 0) {
        INTACT_TRY_ASSIGN(change->on_zone_,
                          loop.on_readable(change->zone_.get(), [self, call = std::move(on_zone)] {
                              if (self->read_zone_events()) {
                                  call();
                              }
                          }));
    }
    return change;
}

void ClockChange::arm() const {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t cleared = read(timer_.get(), &count, sizeof count);
    itimerspec never{};
    never.it_value.tv_sec = std::int64_t{1} << 40U;
    timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, nullptr);
}

bool ClockChange::read_zone_events() const {
    bool is_zone = false;
    alignas(inotify_event) std::array<char, 4096> buffer{};
    for (ssize_t count = 0; (count = read(zone_.get(), buffer.data(), buffer.size())) > 0;) {
        for (ssize_t at = 0; at < count;) {
            inotify_event event{};
            std::memcpy(&event, buffer.data() + at, sizeof event);
            const std::string_view name =
                event.len == 0 ? std::string_view() : buffer.data() + at + sizeof event;
            is_zone = is_zone || name == "localtime" || (event.mask & IN_Q_OVERFLOW) != 0;
            at += static_cast<ssize_t>(sizeof event + event.len);
        }
    }
    return is_zone;
}

} // namespace intact::daemon
