// The host's clocks, as the scheduler and the timers count them.
#pragma once

#include "scheduler/plan.hpp"

namespace intact::daemon {

scheduler::Now now();
std::chrono::microseconds boot_time();

} // namespace intact::daemon
