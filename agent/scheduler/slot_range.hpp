// All slots of a stretch of time at once. Pure arithmetic.
#pragma once

#include "scheduler/plan.hpp"

namespace intact::scheduler {

struct SlotRange {
    Instant first;
    Instant last;
    std::uint64_t count = 1; ///< 0: too many to be counted
};

/// From `first`, a slot of the table, to the last one not after `until`. Counts 10,000 at most.
SlotRange slots_until(const schedule::Timetable &timetable, Instant first, Instant until);

} // namespace intact::scheduler
