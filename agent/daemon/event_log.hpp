// What the daemon says in the log and to `systemctl status`, in the words for an operator.
#pragma once

#include "catalog/slot_record.hpp"
#include "config/config.hpp"
#include "daemon/run_process.hpp"
#include "scheduler/scheduler.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace intact::daemon {

using Runs = std::map<std::string, std::unique_ptr<RunProcess>>;

void log_error(const Error &error);
void log_started(std::size_t jobs, std::size_t broken);
void log_stopping(std::size_t runs, std::chrono::microseconds grace);
void log_reloaded(std::size_t jobs);
/// Each as an entry of its own, with CONFIG_FILE= and CONFIG_LINE=.
void log_diagnostics(const std::vector<config::Diagnostic> &diagnostics);
void log_begun(const scheduler::Start &start);
void log_ended(const std::string &job, const std::string &run_id, const RunResult &result);
/// Of the changes, those that somebody would want to know of.
void log_missed(const std::vector<catalog::LedgerChange> &changes);
void log_held(scheduler::ClockWatch::Hold hold);
std::string_view reason_text(scheduler::ClockWatch::Hold hold);
void log_views(const scheduler::Scheduler &scheduler, const Runs &runs);

/// To begin with: what there is of it must tell which jobs there are, and their defaults.
Result<> check_usable(const config::Configuration &configuration);
/// For a reload: no error at all.
Result<> check_whole(const config::Configuration &configuration);

struct Standing {
    const scheduler::Scheduler *scheduler; ///< not yet: null
    const Runs *runs;
    std::size_t jobs;
    std::size_t broken;
    bool is_stopping;
};
/// "etc 41 %, 1 waiting; next: home at 2026-11-25 02:00:00 CET".
std::string status_text(const Standing &standing);

} // namespace intact::daemon
