// What the daemon knows of itself and its jobs for metrics, and what it makes sure of in the
// catalog, where they come from.
#include "base/run_id.hpp"
#include "daemon/daemon.hpp"
#include "engine/context.hpp"

namespace intact::daemon {
namespace {

metrics::RunProgress progress_of(const RunProcess &run) {
    const RunProgress &progress = run.report().progress();
    return {progress.bytes_read, progress.bytes_written, progress.expected_bytes, progress.entries};
}

} // namespace

metrics::AgentSample Daemon::agent_sample() {
    metrics::AgentSample sample;
    sample.now = system_clock().now();
    sample.is_configuration_good = is_configuration_good_;
    sample.loaded = loaded_;
    sample.jobs = jobs_.size();
    sample.broken = broken_.size();
    sample.is_clock_synchronized = clock_sync_.state();
    sample.is_catalog_writable = !ledger_trouble_;
    if (scheduler_) {
        sample.is_clock_held = scheduler_->hold().has_value();
        sample.is_paused = scheduler_->is_paused("");
        sample.waiting = scheduler_->waiting();
        sample.running = scheduler_->running();
    }
    return sample;
}

std::vector<LiveJob> Daemon::live_jobs() const {
    std::vector<LiveJob> jobs;
    for (const scheduler::JobView &view : scheduler_->views()) {
        LiveJob job;
        job.view = view;
        if (const auto run = runs_.find(view.plan->job); run != runs_.end()) {
            job.progress = progress_of(*run->second);
        }
        if (const auto known = last_runs_.find(view.plan->job);
            known != last_runs_.end() && known->second.last) {
            const control::LastRun &last = *known->second.last;
            job.last_run = last.run_id;
            job.last_end = {outcome_named(last.outcome).value_or(Outcome::failure), last.ended};
        }
        jobs.push_back(std::move(job));
    }
    return jobs;
}

std::vector<MeasuredJob> Daemon::measured_jobs() const {
    std::vector<MeasuredJob> jobs;
    for (const auto &[name, file] : jobs_) {
        jobs.push_back(file.measured);
    }
    for (const std::string &name : broken_) {
        metrics::JobTraits traits;
        traits.name = name;
        traits.is_broken = true;
        jobs.push_back({std::make_shared<const metrics::JobTraits>(std::move(traits)), {}});
    }
    return jobs;
}

// A run that could not even be begun, or not write its own row, must not be one that never was.
void Daemon::make_sure_of_row(const std::string &job, const std::string &run_id,
                              const RunResult &result, const std::string &stage) {
    const std::optional<RunId> id = RunId::parse(run_id);
    if (result.outcome != Outcome::failure || !result.held_back.empty() || !id) {
        return;
    }
    catalog::RunRecord record;
    record.run_id = run_id;
    record.job = job;
    record.host = engine::make_context("").host;
    record.started = id->made();
    record.finished = system_clock().now();
    record.outcome = result.outcome;
    const auto code = error_code_named(result.code);
    record.failure = catalog::RunFailure{result.code, stage, result.message, result.hint,
                                         code ? exit_code_of(*code) : 1};
    record.bytes_read = result.bytes_read;
    record.bytes_written = result.bytes_written;
    record.entries = result.entries;
    record.warning_count = result.warnings;
    submitted_ = ledger_->submit({std::move(record)});
}

} // namespace intact::daemon
