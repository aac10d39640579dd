// From what the scheduler and the runs know to what anybody may see.
#pragma once

#include "control/service.hpp"
#include "daemon/run_process.hpp"
#include "scheduler/scheduler.hpp"

#include <optional>

namespace intact::daemon {

/// Of a job's runs that are over, for as long as the daemon lives.
struct LastRuns {
    std::optional<control::LastRun> last;
    std::optional<WallTime> success;
    bool is_suspicious = false; ///< what that one with a backup published
};

/// `run` when one is on.
control::JobState job_state_of(const scheduler::JobView &view, const RunProcess *run,
                               const LastRuns &last);
control::RunTold run_told_of(const std::string &job, const std::string &run_id,
                             const RunResult &result);
/// Of a run that ended now.
void note_end(LastRuns &last, const std::string &run_id, const RunResult &result, WallTime now);

} // namespace intact::daemon
