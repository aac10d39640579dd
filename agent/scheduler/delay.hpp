// Spreads the runs of many hosts and jobs that share an hour. Pure arithmetic.
#pragma once

#include "scheduler/plan.hpp"

#include <string_view>

namespace intact::scheduler {

/// The same on every start of the same host: what is delayed by how much does not wander.
std::uint64_t delay_seed(std::string_view machine_id, std::string_view job);
/// Of a slot, within [0, delay.longest).
microseconds delay_of(const Delay &delay, Instant slot);

} // namespace intact::scheduler
