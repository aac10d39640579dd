#include "cli/follow.hpp"

#include "base/log.hpp"
#include "catalog/catalog.hpp"
#include "cli/daemon_link.hpp"
#include "cli/run_reporter.hpp"
#include "cli/terminal.hpp"

#include <array>
#include <fmt/format.h>
#include <optional>

namespace intact::cli {
namespace {

constexpr std::chrono::seconds kLookEvery{1};
constexpr std::string_view kHeldBack = "held_back";

// Of the names of closed lists, of which a newer daemon may know more.
std::optional<Stage> stage_named(const std::string &name) {
    for (int number = 0; number <= static_cast<int>(Stage::record); ++number) {
        if (name_of(static_cast<Stage>(number)) == name) {
            return static_cast<Stage>(number);
        }
    }
    return std::nullopt;
}

// As far as the bus tells it, for one who may not read the catalog.
catalog::RunRecord record_of(const control::RunTold &run) {
    catalog::RunRecord record;
    record.run_id = run.run_id;
    record.job = run.job;
    record.finished = system_clock().now();
    record.started = *record.finished;
    record.outcome = outcome_named(run.outcome).value_or(Outcome::failure);
    record.archive = run.archive;
    record.bytes_read = run.bytes_read;
    record.bytes_written = run.bytes_written;
    record.entries = run.entries;
    record.warning_count = run.warnings;
    if (run.is_suspicious) {
        record.warnings.push_back(
            {WarningKind::suspicious, "", "'intact history' as root tells why"});
    }
    if (!run.failure.empty()) {
        const auto code = error_code_named(run.failure);
        record.failure =
            catalog::RunFailure{run.failure, "", run.failure, "'intact history' as root tells more",
                                code ? exit_code_of(*code) : 1};
    }
    return record;
}

catalog::RunRecord record_of(const Session &session, const control::RunTold &run) {
    const std::string state_dir = session.places().state_dir;
    if (const auto is_there = catalog::Catalog::exists(state_dir); is_there && *is_there) {
        const auto catalog = catalog::Catalog::open(state_dir);
        auto known = catalog ? (*catalog)->run(run.run_id)
                             : Result<std::optional<catalog::RunRecord>>(std::nullopt);
        if (known && *known && (*known)->outcome == outcome_named(run.outcome)) {
            return **std::move(known);
        }
    }
    return record_of(run);
}

class Follower {
public:
    Follower(const Session &session, control::Client &daemon, const RunArguments &arguments,
             const std::string &job, const std::stop_token &stop)
        : session_(session), daemon_(daemon), job_(job), stop_(stop),
          reporter_(arguments, job, progress_) {}

    Result<int> follow() {
        INTACT_TRY(daemon_.listen(listener()));
        INTACT_TRY(daemon_.run(job_));
        const os::StopFd stop_fd(stop_);
        while (!exit_code_) {
            INTACT_TRY_ASSIGN(const News news, await_news(daemon_, kLookEvery, stop_fd));
            if (news == News::stopped) {
                return fail(Error(ErrorCode::cancelled, fmt::format("job '{}' goes on", job_))
                                .with_hint(fmt::format("'intact cancel {}' stops it", job_)));
            }
            if (is_gone_) {
                return fail(Error(ErrorCode::unreachable, "the daemon has ended meanwhile")
                                .with_hint("what was under way is due at its next start"));
            }
            if (is_idle_ && !exit_code_) {
                INTACT_TRY(check_dropped());
            }
            if (news == News::none && !exit_code_) {
                INTACT_TRY(look());
            }
        }
        return *exit_code_;
    }

private:
    control::Listener listener() {
        return {[this](const std::string &job, const std::string &run_id, const std::string &,
                       std::uint32_t) {
                    if (job == job_) {
                        reporter_.events().on_start(run_id, stop_);
                    }
                },
                [this](const control::RunTold &run) {
                    if (run.job == job_) {
                        ended_ = run;
                    }
                },
                [this](const control::JobState &state) {
                    if (state.job == job_) {
                        take(state);
                    }
                },
                [] {}, [this] { is_gone_ = true; }};
    }

    // Between two attempts the turn goes on, and with it the wait for its end.
    void take(const control::JobState &state) {
        if (state.phase == "resting" && ended_) {
            log::warning(fmt::format("{}: attempt {} failed ({}), there will be another", job_,
                                     state.attempt, ended_->failure));
            ended_.reset();
        } else if (state.phase != "running" && ended_) {
            finish(*ended_);
        } else if (state.phase == "idle") {
            is_idle_ = true; // or was before we asked for a run
        } else if (state.phase == "queued" && !was_told_of_queue_) {
            was_told_of_queue_ = true;
            log::info(fmt::format("{}: waits for others to end", job_));
        }
    }

    // What was told before an answer has come by when that is there.
    Result<> check_dropped() {
        is_idle_ = false;
        INTACT_TRY_ASSIGN(const control::JobState state, daemon_.job(job_));
        INTACT_TRY(daemon_.take_what_came());
        if (!ended_ && !exit_code_ && state.phase == "idle") {
            return fail(Error(ErrorCode::cancelled,
                              fmt::format("job '{}' was taken from the queue", job_)));
        }
        return {};
    }

    void finish(const control::RunTold &run) {
        if (run.outcome == kHeldBack) {
            reporter_.hold_back({run.failure, "see the journal of intactd"});
            exit_code_ = catalog::kExitHeldBack;
            return;
        }
        const catalog::RunRecord record = record_of(session_, run);
        reporter_.finish(record);
        exit_code_ = catalog::exit_code_of(record);
    }

    Result<> look() {
        INTACT_TRY_ASSIGN(const control::JobState state, daemon_.job(job_));
        if (state.moving) {
            progress_.stage = stage_named(state.moving->stage).value_or(Stage::source);
            progress_.bytes_read = state.moving->bytes_read;
            progress_.bytes_written = state.moving->bytes_written;
            progress_.expected_bytes = state.moving->expected_bytes;
            progress_.entries = state.moving->entries;
        }
        return {};
    }

    const Session &session_;
    control::Client &daemon_;
    const std::string job_;
    const std::stop_token stop_;
    engine::Progress progress_;
    RunReporter reporter_;
    std::optional<control::RunTold> ended_;
    std::optional<int> exit_code_;
    bool is_idle_ = false;
    bool is_gone_ = false;
    bool was_told_of_queue_ = false;
};

} // namespace

int run_via_daemon(const Session &session, control::Client &daemon, const RunArguments &arguments,
                   const std::string &job, const std::stop_token &stop) {
    const auto followed = Follower(session, daemon, arguments, job, stop).follow();
    return followed ? *followed : print_error(followed.error());
}

} // namespace intact::cli
