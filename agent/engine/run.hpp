// One run of one job, from claim to report: the flow of the whole program on one screen.
#pragma once

#include "base/run_id.hpp"
#include "base/warning.hpp"
#include "catalog/run_record.hpp"
#include "config/job.hpp"
#include "engine/conditions.hpp"
#include "engine/context.hpp"
#include "engine/progress.hpp"

#include <chrono>
#include <functional>
#include <stop_token>
#include <string_view>
#include <variant>

namespace intact::engine {

struct RunOptions {
    std::chrono::milliseconds patience{
        0};                      ///< how long to wait for both locks, the job's and the target's
    std::optional<RunId> run_id; ///< none: a new one
    bool is_new_destination = false; ///< it need not lie on the filesystem of the last backup
};

/// What a run tells while it goes on. Thread: the run's own threads; calls do not overlap.
struct RunEvents {
    /// `stop` ends whatever a call waits for: the run's limits and the stop from outside.
    std::function<void(const std::string &run_id, const std::stop_token &stop)> on_start;
    std::function<void(const Warning &)> on_warning;
    /// One line of a command source's stderr, or of what a hook writes ("before: mounted").
    std::function<void(std::string_view)> on_stderr;
};

/// A run, or what kept it from being one: its hook `before` said "not now", and neither the catalog
/// nor the destination tells of it.
using RunEnd = std::variant<catalog::RunRecord, HeldBack>;

/// Takes one backup. Never throws and always returns a whole record: the failure is inside it.
/// The record is in the catalog too when that could be written; when it could not, a successful run
/// is a failure with code catalog_failed and stage record (its backup is published and sound).
/// Hooks run under the job's lock: `before` first of all; then, the destination being let go,
/// `after` if `before` ended well, and `on_success` or `on_failure` by the outcome, none when it
/// was cancelled. What fails of the last two is a warning of the run. `stop` ends `before` only.
/// Thread: blocks the caller; starts and joins its own threads.
RunEnd run_job(const Context &context, const config::Job &job, const RunOptions &options,
               const RunEvents &events, Progress &progress, const std::stop_token &stop);

} // namespace intact::engine
