#include "base/log.hpp"
#include "cli/choose_jobs.hpp"
#include "cli/run_reporter.hpp"
#include "cli/signals.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <string>
#include <vector>

namespace intact::cli {
namespace {

// Any failure is worse than a partial backup; of two failures the first one stands.
int worse_of(int a, int b) {
    return a == 0 || (a == catalog::kExitPartial && b != 0) ? b : a;
}

// The descriptor is this process's: a source's command must not write to it.
Result<> keep_to_ourselves(int fd) {
    if (fd >= 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
        return fail(ErrorCode::usage, fmt::format("--report-fd={}: no such open descriptor", fd));
    }
    return {};
}

int run_one(const Session &session, const RunArguments &arguments, const config::Job &job,
            const std::stop_token &stop) {
    engine::Progress progress;
    RunReporter reporter(arguments, job.name, progress);
    const catalog::RunRecord record =
        engine::run_job(session.context(), job, {arguments.patience, arguments.is_new_destination},
                        reporter.events(), progress, stop);
    reporter.finish(record);
    return catalog::exit_code_of(record);
}

} // namespace

int run(const Session &session, const RunArguments &arguments) {
    if (const auto kept = keep_to_ourselves(arguments.report_fd); !kept) {
        return print_error(kept.error());
    }
    if (arguments.voice == Voice::quiet && session.globals.detail == Detail::normal) {
        log::start(log::Level::warning); // what a source's command says is information
    }
    const config::Configuration configuration = config::load(session.places());
    int exit_code = 0;
    std::vector<const config::Job *> jobs;
    for (const std::string &name : arguments.jobs) {
        const auto job = choose_job(configuration, name);
        if (job) {
            jobs.push_back(*job);
            continue;
        }
        const int code = print_error(job.error());
        if (job.error().code() != ErrorCode::config_invalid) {
            return code; // a mistyped name: nothing runs until the line is right
        }
        // A broken job is told and counted, and keeps no sound one from running.
        exit_code = worse_of(exit_code, code);
    }
    for (const config::Job *job : jobs) {
        warn_about(configuration, *job);
    }
    warn_about_broken(configuration);

    const StopSignals signals;
    std::vector<std::string> not_run;
    for (const config::Job *job : jobs) {
        if (signals.token().stop_requested()) {
            not_run.push_back(job->name);
            continue;
        }
        exit_code = worse_of(exit_code, run_one(session, arguments, *job, signals.token()));
    }
    if (!not_run.empty()) {
        // The stop may have come too late for the job before these, which then ended well.
        exit_code = worse_of(exit_code, tell_not_run(arguments, not_run));
    }
    return exit_code;
}

} // namespace intact::cli
