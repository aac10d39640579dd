#include "base/log.hpp"
#include "base/run_id.hpp"
#include "cli/choose_jobs.hpp"
#include "cli/daemon_link.hpp"
#include "cli/follow.hpp"
#include "cli/offline_metrics.hpp"
#include "cli/run_reporter.hpp"
#include "cli/signals.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <fmt/format.h>
#include <limits>
#include <string>
#include <vector>

namespace intact::cli {
namespace {

// Any failure is worse than a partial backup, and that is worse than one that was held back; of two
// failures the first one stands.
int worse_of(int a, int b) {
    const auto weight = [](int code) {
        constexpr std::array kByWeight{0, catalog::kExitHeldBack, catalog::kExitPartial};
        return std::find(kByWeight.begin(), kByWeight.end(), code) - kByWeight.begin();
    };
    return weight(b) > weight(a) ? b : a;
}

// The descriptor is this process's: a source's command must not write to it.
Result<> keep_to_ourselves(int fd) {
    if (fd >= 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
        return fail(ErrorCode::usage, fmt::format("--report-fd={}: no such open descriptor", fd));
    }
    return {};
}

// From the files, or as the daemon has read them when it decided on the run.
Result<config::Configuration> load_configuration(const Session &session, int snapshot_fd) {
    if (snapshot_fd < 0) {
        return config::load(session.places());
    }
    INTACT_TRY_ASSIGN(const std::string json,
                      os::read_to_end(os::kernel(), snapshot_fd, "the configuration",
                                      std::numeric_limits<std::size_t>::max()));
    INTACT_TRY_ASSIGN(const config::Snapshot snapshot, config::parse_snapshot(json));
    return config::load_snapshot(snapshot);
}

int run_one(const Session &session, const RunArguments &arguments, const config::Job &job,
            const std::stop_token &stop) {
    engine::Progress progress;
    RunReporter reporter(arguments, job.name, progress);
    if (arguments.checks_conditions) {
        const auto held = engine::check_conditions(job);
        if (held && *held) {
            reporter.hold_back(**held);
            return catalog::kExitHeldBack;
        }
        if (!held) {
            // The run itself will say it better, or find it mended.
            log::warning(held.error().message());
        }
    }
    const engine::RunOptions options{arguments.patience, RunId::parse(arguments.run_id),
                                     arguments.is_new_destination};
    const engine::RunEnd end =
        engine::run_job(session.context(), job, options, reporter.events(), progress, stop);
    if (const auto *held = std::get_if<engine::HeldBack>(&end)) {
        reporter.hold_back(*held);
        return catalog::kExitHeldBack;
    }
    const auto &record = std::get<catalog::RunRecord>(end);
    reporter.finish(record);
    return catalog::exit_code_of(record);
}

// One after the other, each by what makes it; those that a stop came before are told.
template <typename Make>
int run_each(const RunArguments &arguments, const std::vector<std::string> &jobs, int exit_code,
             const Make &make) {
    const StopSignals signals;
    std::vector<std::string> not_run;
    for (const std::string &job : jobs) {
        if (signals.token().stop_requested()) {
            not_run.push_back(job);
            continue;
        }
        exit_code = worse_of(exit_code, make(job, signals.token()));
    }
    if (!not_run.empty()) {
        // The stop may have come too late for the job before these, which then ended well.
        exit_code = worse_of(exit_code, tell_not_run(arguments, not_run));
    }
    return exit_code;
}

// By the daemon's configuration, not by what this user may read of it.
int run_by_daemon(const Session &session, const RunArguments &arguments) {
    const auto daemon = reach_daemon(session);
    if (!daemon) {
        return print_error(daemon.error());
    }
    return run_each(arguments, arguments.jobs, 0,
                    [&](const std::string &job, const std::stop_token &stop) {
                        return run_via_daemon(session, **daemon, arguments, job, stop);
                    });
}

} // namespace

int run(const Session &session, const RunArguments &arguments) {
    if (arguments.by == RunBy::daemon) {
        return run_by_daemon(session, arguments);
    }
    if (const auto kept = keep_to_ourselves(arguments.report_fd); !kept) {
        return print_error(kept.error());
    }
    if (!arguments.run_id.empty() &&
        (!RunId::parse(arguments.run_id) || arguments.jobs.size() != 1)) {
        return print_error(Error(ErrorCode::usage, "--run-id: not a run id, or several jobs"));
    }
    if (arguments.voice != Voice::normal && session.globals.detail == Detail::normal) {
        log::start(log::Level::warning); // what a source's command says is information
    }
    const auto loaded = load_configuration(session, arguments.config_fd);
    if (!loaded) {
        return print_error(loaded.error());
    }
    const config::Configuration &configuration = *loaded;
    int exit_code = 0;
    std::vector<std::string> jobs;
    for (const std::string &name : arguments.jobs) {
        const auto job = choose_job(configuration, name);
        if (job) {
            jobs.push_back(name);
            continue;
        }
        const int code = print_error(job.error());
        if (job.error().code() != ErrorCode::config_invalid) {
            return code; // a mistyped name: nothing runs until the line is right
        }
        // A broken job is told and counted, and keeps no sound one from running.
        exit_code = worse_of(exit_code, code);
    }
    if (arguments.voice != Voice::silent) {
        for (const std::string &job : jobs) {
            warn_about(configuration, *configuration.find(job));
        }
        warn_about_broken(configuration);
    }

    exit_code = run_each(arguments, jobs, exit_code,
                         [&](const std::string &job, const std::stop_token &stop) {
                             return run_one(session, arguments, *configuration.find(job), stop);
                         });
    if (arguments.config_fd < 0) { // else it is the daemon's run, and the daemon's file
        write_textfile(session, configuration);
    }
    return exit_code;
}

} // namespace intact::cli
