#include "daemon/job_states.hpp"

#include "daemon/clocks.hpp"

namespace intact::daemon {
namespace {

control::Moving moving_of(const RunProcess &run) {
    const RunProgress &progress = run.report().progress();
    return {progress.stage,
            progress.bytes_read,
            progress.bytes_written,
            progress.expected_bytes,
            static_cast<std::uint64_t>(run.bytes_per_second()),
            progress.entries};
}

} // namespace

control::JobState job_state_of(const scheduler::JobView &view, const RunProcess *run,
                               const LastRuns &last) {
    control::JobState state;
    state.job = view.plan->job;
    state.is_enabled = view.plan->is_enabled;
    state.is_paused = view.is_paused;
    state.paused_until = wall_time(view.paused_until);
    if (view.turn != nullptr) {
        state.phase = scheduler::name_of(view.turn->phase);
        state.cause = scheduler::name_of(view.turn->cause);
        state.run_id = view.turn->run_id;
        state.attempt = view.turn->attempts;
    }
    state.next_slot = wall_time(view.slot);
    state.next_due = wall_time(view.due);
    if (run != nullptr) {
        state.moving = moving_of(*run);
    }
    state.last = last.last;
    state.last_success = last.success;
    state.is_suspicious = last.is_suspicious;
    return state;
}

control::RunTold run_told_of(const std::string &job, const std::string &run_id,
                             const RunResult &result) {
    const bool is_held_back = !result.held_back.empty();
    return {job,
            run_id,
            is_held_back ? "held_back" : std::string(name_of(result.outcome)),
            is_held_back ? result.held_back : result.code,
            result.archive,
            result.bytes_read,
            result.bytes_written,
            result.entries,
            result.warnings,
            result.is_suspicious};
}

void note_end(LastRuns &last, const std::string &run_id, const RunResult &result, WallTime now) {
    if (!result.held_back.empty()) {
        return; // it did not begin
    }
    last.last = {run_id, std::string(name_of(result.outcome)), result.code, now};
    if (result.outcome == Outcome::success || result.outcome == Outcome::warning) {
        last.success = now;
        last.is_suspicious = result.is_suspicious;
    }
}

} // namespace intact::daemon
