#include "daemon/clocks.hpp"

#include <ctime>

namespace intact::daemon {
namespace {

std::chrono::microseconds time_of(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return std::chrono::seconds(time.tv_sec) +
           std::chrono::floor<std::chrono::microseconds>(std::chrono::nanoseconds(time.tv_nsec));
}

} // namespace

scheduler::Now now() {
    return {scheduler::Instant(time_of(CLOCK_REALTIME)), time_of(CLOCK_BOOTTIME),
            time_of(CLOCK_MONOTONIC)};
}

std::chrono::microseconds boot_time() {
    return time_of(CLOCK_BOOTTIME);
}

std::optional<WallTime> wall_time(const std::optional<scheduler::Instant> &instant) {
    return instant ? std::optional<WallTime>(*instant) : std::nullopt;
}

} // namespace intact::daemon
