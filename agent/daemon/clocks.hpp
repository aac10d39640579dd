// The host's clocks, as the scheduler and the timers count them.
#pragma once

#include "base/clock.hpp"
#include "scheduler/plan.hpp"

#include <optional>

namespace intact::daemon {

scheduler::Now now();
std::chrono::microseconds boot_time();
std::optional<WallTime> wall_time(const std::optional<scheduler::Instant> &instant);

} // namespace intact::daemon
