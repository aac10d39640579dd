// What stands in the job's file: configuration and schedule.
#include "base/quantity.hpp"
#include "checkup/checks.hpp"
#include "os/file.hpp"

#include <fmt/format.h>
#include <set>

namespace intact::checkup {
namespace {

/// All files of jobs: a remark on any other concerns every job.
std::set<std::string> files_of_jobs(const config::Configuration &configuration) {
    std::set<std::string> files;
    for (const config::LoadedJob &loaded : configuration.jobs) {
        files.insert(loaded.job.file);
    }
    for (const config::BrokenJob &broken : configuration.broken) {
        files.insert(broken.file);
    }
    return files;
}

Finding finding_of(const config::Diagnostic &diagnostic) {
    const std::string said = config::render_short(diagnostic);
    return diagnostic.severity == config::Severity::error
               ? Finding::error(ErrorCode::config_invalid, said,
                                "correct it; 'intact check' shows the line")
               : Finding::warning(said, "'intact check' shows the line");
}

} // namespace

Finding check_configuration(const config::Configuration &configuration, const std::string &file) {
    const std::set<std::string> of_jobs = files_of_jobs(configuration);
    Findings findings;
    for (const config::Diagnostic &diagnostic : configuration.diagnostics) {
        if (diagnostic.file == file || !of_jobs.contains(diagnostic.file)) {
            findings.add(finding_of(diagnostic));
        }
    }
    return std::move(findings).sum(Finding::ok(os::quoted_path(file) + " has no mistakes"));
}

Finding check_schedule(const Subject &subject) {
    const config::Job &job = subject.job;
    if (!job.schedule) {
        return Finding::skipped("no [schedule]: it runs by hand only");
    }
    const schedule::Timetable timetable = config::timetable_of(*job.schedule);
    const auto next = timetable.next(
        std::chrono::floor<std::chrono::microseconds>(subject.host.context.clock->now()));
    if (!next) {
        return Finding::error(ErrorCode::config_invalid,
                              "schedule.calendar= names no time that is still to come",
                              "correct it: 'intact schedule --calendar' tries expressions");
    }
    std::string text =
        fmt::format("next at {}, {}", timetable.zone().text(next->at), timetable.zone().name());
    if (job.schedule->random_delay.count() > 0) {
        text += fmt::format(", up to {} later", format_duration(job.schedule->random_delay));
    }
    return job.enabled
               ? Finding::ok(text)
               : Finding::warning("enabled = false: it is not due, though it would be " + text,
                                  "take enabled= out, then: systemctl reload intactd");
}

} // namespace intact::checkup
