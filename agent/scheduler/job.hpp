// What the scheduler holds of one job. Private to this folder.
#pragma once

#include "scheduler/scheduler.hpp"

#include <algorithm>

namespace intact::scheduler {

struct Scheduler::Job {
    Plan plan;
    Instant horizon; ///< every slot up to here has its fate, or is the one of the turn
    std::optional<Instant> next;
    std::optional<Instant> due; ///< when next begins
    std::optional<Turn> turn;
    /// The last record, as long as slots of the same fate and reason may join it.
    std::optional<catalog::SlotRecord> open_range;
    bool is_leaving = false; ///< no longer configured, its run goes on

    const std::string &name() const { return plan.job; }
};

/// Less than that late is on time: the daemon was being restarted, or the host was busy.
inline constexpr microseconds kOnTime = std::chrono::minutes(1);

inline WallTime to_wall(Instant instant) {
    return instant;
}
inline Instant to_instant(WallTime time) {
    return std::chrono::floor<microseconds>(time);
}

} // namespace intact::scheduler
