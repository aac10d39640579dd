#include "checkup/checkup.hpp"

#include "checkup/checks.hpp"

#include <algorithm>
#include <array>

namespace intact::checkup {
namespace {

enum class Of { jobs, directories_too };

struct Check {
    std::string_view name;
    Finding (*judge)(const Subject &subject);
    Of of = Of::jobs;
};

Finding check_jobs_configuration(const Subject &subject) {
    return check_configuration(subject.configuration, subject.job.file);
}

/// In the order in which they are told.
constexpr std::array<Check, 14> kChecks{{
    {"configuration", check_jobs_configuration},
    {"user", check_user, Of::directories_too},
    {"state", check_state},
    {"schedule", check_schedule},
    {"source", check_source},
    {"programs", check_programs},
    {"credentials", check_credentials},
    {"destination", check_destination, Of::directories_too},
    {"filesystem", check_filesystem, Of::directories_too},
    {"strategy", check_strategy, Of::directories_too},
    {"space", check_space, Of::directories_too},
    {"service", check_service},
    {"sandbox", check_sandbox},
    {"clock", check_clock},
}};

std::optional<engine::Diagnosis> diagnosis_of(const Subject &subject) {
    return subject.diagnosis ? std::optional(*subject.diagnosis) : std::nullopt;
}

} // namespace

State Report::state() const {
    State worst = State::ok;
    for (const NamedFinding &one : findings) {
        const State state = one.finding.state;
        worst = state == State::skipped ? worst : std::max(worst, state);
    }
    return worst;
}

int Report::exit_code() const {
    const auto first = std::find_if(findings.begin(), findings.end(), [](const NamedFinding &one) {
        return one.finding.state == State::error;
    });
    return first == findings.end() ? 0 : exit_code_of(first->finding.code);
}

Report examine(const Host &host, const config::Configuration &configuration,
               const config::Job &job) {
    const Subject subject = look_at(host, configuration, job);
    Report report{job.name, job.destination.path, {}, diagnosis_of(subject)};
    for (const Check &check : kChecks) {
        report.findings.push_back({check.name, check.judge(subject)});
    }
    return report;
}

Report examine(const config::Configuration &configuration, const config::BrokenJob &job) {
    Report report{job.name, "", {}, std::nullopt};
    for (const Check &check : kChecks) {
        report.findings.push_back(
            {check.name, report.findings.empty()
                             ? check_configuration(configuration, job.file)
                             : Finding::skipped("the job's configuration cannot be used")});
    }
    return report;
}

Report examine_directory(const Host &host, const std::string &path) {
    const config::Configuration nothing;
    config::Job job;
    job.destination.path = path;
    const Subject subject = look_at(host, nothing, job);
    Report report{"", path, {}, diagnosis_of(subject)};
    for (const Check &check : kChecks) {
        if (check.of == Of::directories_too) {
            report.findings.push_back({check.name, check.judge(subject)});
        }
    }
    return report;
}

} // namespace intact::checkup
