#include "daemon/event_log.hpp"

#include "base/log.hpp"
#include "base/quantity.hpp"
#include "daemon/messages.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace intact::daemon {
namespace {

using log::Level;
using scheduler::ClockWatch;
using scheduler::Instant;
using scheduler::JobView;

std::string local_text(Instant instant) {
    const std::time_t seconds =
        std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count();
    std::tm local{};
    localtime_r(&seconds, &local);
    return fmt::format("{:%Y-%m-%d %H:%M:%S %Z}", local);
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string with_hint(std::string_view message, std::string_view hint) {
    return hint.empty() ? std::string(message) : fmt::format("{}; {}", message, hint);
}

Level level_of(Outcome outcome) {
    switch (outcome) {
    case Outcome::success:
        return Level::info;
    case Outcome::warning:
    case Outcome::cancelled:
        return Level::warning;
    default:
        return Level::error;
    }
}

std::string_view message_of(Outcome outcome) {
    switch (outcome) {
    case Outcome::success:
        return message::kRunSucceeded;
    case Outcome::warning:
        return message::kRunPartial;
    case Outcome::cancelled:
        return message::kRunCancelled;
    default:
        return message::kRunFailed;
    }
}

std::string text_of(const std::string &job, const RunResult &result) {
    const std::string figures =
        fmt::format("{} read, {} written, {}", format_size(result.bytes_read),
                    format_size(result.bytes_written), counted(result.entries, "entry", "entries"));
    switch (result.outcome) {
    case Outcome::success:
        return fmt::format("{}: backup {} is whole: {}", job, result.archive, figures);
    case Outcome::warning:
        return fmt::format("{}: backup {} is {}, {}: {}", job, result.archive,
                           result.is_suspicious ? "suspicious" : "partial",
                           counted(result.warnings, "warning", "warnings"), figures);
    default:
        return fmt::format("{}: {}; until then: {}", job, with_hint(result.message, result.hint),
                           figures);
    }
}

std::string percent_of(const RunProgress &progress) {
    if (progress.expected_bytes == 0) {
        return progress.stage.empty() ? "" : " " + progress.stage;
    }
    return fmt::format(
        " {} %", std::min<std::uint64_t>(99, progress.bytes_read * 100 / progress.expected_bytes));
}

std::string rate_of(const RunProcess &run) {
    const auto rate = static_cast<std::uint64_t>(run.bytes_per_second());
    return rate == 0 ? "" : fmt::format(" {}/s", format_size(rate));
}

} // namespace

std::string_view reason_text(ClockWatch::Hold hold) {
    return hold == ClockWatch::Hold::before_build
               ? "the host's clock shows a time before this program was made"
               : "the host's clock is more than a year from what it showed before";
}

void log_error(const Error &error) {
    log::error(with_hint(error.message(), error.hint()));
}

void log_started(std::size_t jobs, std::size_t broken) {
    log::event({Level::info,
                fmt::format("started with {}{}", counted(jobs, "job", "jobs"),
                            broken == 0 ? "" : fmt::format(", {} cannot be used", broken)),
                message::kStarted,
                {}});
}

void log_stopping(std::size_t runs, std::chrono::microseconds grace) {
    log::event({Level::info,
                runs == 0 ? "stopping"
                          : fmt::format("stopping: {} may go on for {}",
                                        counted(runs, "run", "runs"), format_duration(grace)),
                message::kStopping,
                {}});
}

void log_reloaded(std::size_t jobs) {
    log::event({Level::info,
                fmt::format("reloaded: {}", counted(jobs, "job", "jobs")),
                message::kReloaded,
                {}});
}

void log_diagnostics(const std::vector<config::Diagnostic> &diagnostics) {
    for (const config::Diagnostic &one : diagnostics) {
        if (one.severity == config::Severity::note) {
            continue;
        }
        const bool is_error = one.severity == config::Severity::error;
        log::event({is_error ? Level::error : Level::warning,
                    config::render_short(one),
                    message::kBadConfiguration,
                    {{"CONFIG_FILE", one.file},
                     {"CONFIG_LINE", std::to_string(one.line)},
                     {"INTACT_CONFIG_COLUMN", std::to_string(one.column)},
                     {"INTACT_CONFIG_CODE", std::string(one.code)}}});
    }
}

void log_begun(const scheduler::Start &start) {
    log::event({Level::info,
                fmt::format("{}: run {} begins{}{}", start.job, start.run_id,
                            start.cause == scheduler::Cause::slot
                                ? ""
                                : fmt::format(" ({})", scheduler::name_of(start.cause)),
                            start.attempt == 1 ? "" : fmt::format(", attempt {}", start.attempt)),
                message::kRunBegun,
                {{"INTACT_JOB", start.job},
                 {"INTACT_RUN_ID", start.run_id},
                 {"INTACT_CAUSE", std::string(scheduler::name_of(start.cause))},
                 {"INTACT_SLOT", start.slot ? schedule::utc_text(*start.slot) : ""},
                 {"INTACT_ATTEMPT", std::to_string(start.attempt)}}});
}

void log_ended(const std::string &job, const std::string &run_id, const RunResult &result) {
    if (!result.held_back.empty()) {
        log::event(
            {Level::warning,
             fmt::format("{}: no backup now: {} ({})", job, result.message, result.held_back),
             message::kRunHeldBack,
             {{"INTACT_JOB", job},
              {"INTACT_RUN_ID", run_id},
              {"INTACT_REASON", result.held_back}}});
        return;
    }
    log::event({level_of(result.outcome),
                text_of(job, result),
                message_of(result.outcome),
                {{"INTACT_JOB", job},
                 {"INTACT_RUN_ID", run_id},
                 {"INTACT_OUTCOME", std::string(name_of(result.outcome))},
                 {"INTACT_FAILURE", result.code},
                 {"INTACT_ARCHIVE", result.archive},
                 {"INTACT_BYTES_READ", std::to_string(result.bytes_read)},
                 {"INTACT_BYTES_WRITTEN", std::to_string(result.bytes_written)},
                 {"INTACT_ENTRIES", std::to_string(result.entries)},
                 {"INTACT_WARNINGS", std::to_string(result.warnings)},
                 {"INTACT_SUSPICIOUS", result.is_suspicious ? "1" : "0"}}});
}

void log_missed(const std::vector<catalog::LedgerChange> &changes) {
    for (const catalog::LedgerChange &change : changes) {
        const auto *slot = std::get_if<catalog::SlotRecord>(&change);
        const bool is_news = slot != nullptr && slot->run_id.empty() &&
                             (slot->fate == catalog::SlotFate::missed ||
                              (slot->fate == catalog::SlotFate::skipped && slot->count == 1));
        if (!is_news) {
            continue;
        }
        const auto at = std::chrono::floor<std::chrono::microseconds>(slot->last);
        log::event(
            {Level::warning,
             fmt::format("{}: {} {}{}: {}", slot->job, local_text(at), catalog::name_of(slot->fate),
                         slot->count == 1 ? "" : " and those before it", slot->reason),
             message::kSlotsMissed,
             {{"INTACT_JOB", slot->job},
              {"INTACT_SLOT", schedule::utc_text(at)},
              {"INTACT_FATE", std::string(catalog::name_of(slot->fate))},
              {"INTACT_REASON", slot->reason}}});
    }
}

void log_held(ClockWatch::Hold hold) {
    log::event({Level::error,
                fmt::format("nothing is scheduled: {}; set it right: scheduling goes on then",
                            reason_text(hold)),
                message::kClockHeld,
                {}});
}

void log_views(const scheduler::Scheduler &scheduler, const Runs &runs) {
    log::info(status_text({&scheduler, &runs, 0, 0, false}));
    for (const JobView &view : scheduler.views()) {
        const std::string &job = view.plan->job;
        std::string line = job + ":";
        line += view.plan->is_enabled ? "" : " disabled";
        line += view.is_paused ? " paused" : "";
        line += view.turn == nullptr
                    ? ""
                    : fmt::format(" {} ({}, attempt {})", scheduler::name_of(view.turn->phase),
                                  scheduler::name_of(view.turn->cause), view.turn->attempts);
        if (const auto run = runs.find(job); run != runs.end()) {
            line += fmt::format(" run {}, process {}{}", run->second->order().run_id,
                                run->second->pid(), percent_of(run->second->report().progress()));
        }
        line += view.due ? fmt::format(" next {}", local_text(*view.due)) : " nothing to come";
        log::info(line);
    }
}

Result<> check_usable(const config::Configuration &configuration) {
    for (const config::Diagnostic &one : configuration.diagnostics) {
        const bool is_of_job =
            std::any_of(configuration.broken.begin(), configuration.broken.end(),
                        [&](const config::BrokenJob &job) { return job.file == one.file; });
        if (one.severity == config::Severity::error && !is_of_job) {
            return fail(ErrorCode::config_invalid,
                        fmt::format("the configuration cannot be used: {} has errors",
                                    os::quoted_path(one.file)));
        }
    }
    return {};
}

Result<> check_whole(const config::Configuration &configuration) {
    const std::size_t errors = configuration.errors();
    if (errors == 0) {
        return {};
    }
    return fail(Error(ErrorCode::config_invalid,
                      fmt::format("not reloaded: the configuration has {}; the old one holds",
                                  counted(errors, "error", "errors"))));
}

std::string status_text(const Standing &standing) {
    if (standing.scheduler == nullptr) {
        return "settling what an interrupted run left";
    }
    std::string text;
    for (const auto &[job, run] : *standing.runs) {
        text += fmt::format("{}{}{}{}", text.empty() ? "" : ", ", job,
                            percent_of(run->report().progress()), rate_of(*run));
    }
    if (text.empty()) {
        text = "idle";
    }
    if (standing.scheduler->waiting() > 0) {
        text += fmt::format(", {} waiting", standing.scheduler->waiting());
    }
    if (standing.is_stopping) {
        return "stopping: " + text;
    }
    if (const auto hold = standing.scheduler->hold()) {
        return fmt::format("{}; nothing is scheduled: {}", text, reason_text(*hold));
    }
    const std::optional<JobView> next = standing.scheduler->next_up();
    text += !next ? "; nothing to come"
                  : fmt::format("; next: {} at {}", next->plan->job, local_text(*next->due));
    if (standing.broken > 0) {
        text += fmt::format("; {} cannot be used: see 'intact check'",
                            counted(standing.broken, "job", "jobs"));
    }
    return text;
}

} // namespace intact::daemon
