// Verbs that tell the daemon what to do: cancel, pause, resume, reload.
#include "base/quantity.hpp"
#include "base/text.hpp"
#include "cli/daemon_link.hpp"
#include "cli/format.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"

#include <fmt/format.h>

namespace intact::cli {
namespace {

// One for all jobs, or one a job; the first failure counts, and keeps no other from being asked.
template <typename Act>
int for_each_job(const Session &session, const ControlArguments &arguments, const Act &act) {
    const auto daemon = reach_daemon(session);
    if (!daemon) {
        return print_error(daemon.error());
    }
    const std::vector<std::string> jobs =
        arguments.whom == Whom::all ? std::vector<std::string>{""} : arguments.jobs;
    int exit_code = 0;
    for (const std::string &job : jobs) {
        const Result<std::string> done = act(**daemon, job);
        if (done) {
            print(fmt::format("{}: {}\n", job.empty() ? "all jobs" : job, *done));
        } else {
            const int code = print_error(done.error());
            exit_code = exit_code == 0 ? code : exit_code;
        }
    }
    return exit_code;
}

Result<std::optional<WallTime>> end_of_pause(const ControlArguments &arguments) {
    const WallTime now = system_clock().now();
    if (!arguments.span.empty()) {
        auto span = parse_duration(arguments.span);
        if (!span) {
            return fail(std::move(span).error().with_code(ErrorCode::usage).within("--for"));
        }
        return *span == std::chrono::microseconds::max() ? std::nullopt
                                                         : std::optional<WallTime>(now + *span);
    }
    if (arguments.until.empty()) {
        return std::nullopt;
    }
    const auto until = schedule::Zone::host().read(arguments.until);
    if (!until || *until <= now) {
        return fail(
            Error(ErrorCode::usage, fmt::format("--until: '{}' is {}", one_line(arguments.until),
                                                until ? "over" : "no time"))
                .with_hint("write it as \"2026-10-25 01:00\" or 2026-10-25T01:00:00Z"));
    }
    return *until;
}

} // namespace

int cancel(const Session &session, const CancelArguments &arguments) {
    return for_each_job(session, arguments, [](control::Client &daemon, const std::string &job) {
        return daemon.cancel(job).map([](const std::string &what) -> std::string {
            return what == "dropped" ? "will not run now" : "is being stopped";
        });
    });
}

int pause(const Session &session, const PauseArguments &arguments) {
    const auto until = end_of_pause(arguments);
    if (!until) {
        return print_error(until.error());
    }
    return for_each_job(session, arguments, [&](control::Client &daemon, const std::string &job) {
        return daemon.pause(job, *until).map([&]() -> std::string {
            return *until ? "paused until " + format_time(**until) : "paused until resumed";
        });
    });
}

int resume(const Session &session, const ResumeArguments &arguments) {
    return for_each_job(session, arguments, [](control::Client &daemon, const std::string &job) {
        return daemon.resume(job).map([]() -> std::string { return "resumed"; });
    });
}

int accept_clock(const Session &session) {
    const auto daemon = reach_daemon(session);
    const auto accepted = daemon ? (*daemon)->accept_clock() : Result<>(fail(daemon.error()));
    if (!accepted) {
        return print_error(accepted.error());
    }
    print("jobs are scheduled by the host's clock as it is now\n");
    return 0;
}

int reload(const Session &session) {
    const auto daemon = reach_daemon(session);
    const auto reloaded =
        daemon ? (*daemon)->reload() : Result<control::ReloadResult>(fail(daemon.error()));
    if (!reloaded) {
        return print_error(reloaded.error());
    }
    for (const std::string &remark : reloaded->remarks) {
        print_aside(remark + "\n");
    }
    if (!reloaded->is_taken) {
        return print_error(Error(ErrorCode::config_invalid,
                                 "not reloaded: the configuration has errors; the old one holds"));
    }
    return 0;
}

} // namespace intact::cli
