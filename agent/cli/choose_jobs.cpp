#include "cli/choose_jobs.hpp"

#include "cli/terminal.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <unistd.h>

namespace intact::cli {
namespace {

const config::BrokenJob *find_broken(const config::Configuration &configuration,
                                     const std::string &name) {
    const auto found =
        std::find_if(configuration.broken.begin(), configuration.broken.end(),
                     [&](const config::BrokenJob &broken) { return broken.name == name; });
    return found == configuration.broken.end() ? nullptr : &*found;
}

bool is_of_a_job(const config::Configuration &configuration, const std::string &file) {
    const auto is_its_file = [&](const auto &job) { return job.file == file; };
    return std::any_of(configuration.broken.begin(), configuration.broken.end(), is_its_file) ||
           std::any_of(configuration.jobs.begin(), configuration.jobs.end(),
                       [&](const config::LoadedJob &loaded) { return is_its_file(loaded.job); });
}

/// Shows errors on `file` and on what concerns every job: intact.toml and the directories.
bool show_errors(const config::Configuration &configuration, const std::string &file) {
    bool has_errors = false;
    for (const config::Diagnostic &diagnostic : configuration.diagnostics) {
        const bool concerns =
            diagnostic.file == file || !is_of_a_job(configuration, diagnostic.file);
        if (concerns && diagnostic.severity == config::Severity::error) {
            print_aside(config::render_long(diagnostic, wants_colour(STDERR_FILENO)));
            has_errors = true;
        }
    }
    return has_errors;
}

Error unknown_job(const config::Configuration &configuration, const std::string &name) {
    std::vector<std::string> known;
    for (const config::LoadedJob &loaded : configuration.jobs) {
        known.push_back(loaded.job.name);
    }
    for (const config::BrokenJob &broken : configuration.broken) {
        known.push_back(broken.name);
    }
    const auto near = config::nearest(name, known);
    Error error(ErrorCode::usage, fmt::format("there is no job '{}'", name));
    if (!near.empty()) {
        return std::move(error).with_hint(fmt::format("did you mean '{}'?", near.front()));
    }
    if (known.empty()) {
        return std::move(error).with_hint("no job is configured: write one as "
                                          "/etc/intact/jobs.d/NAME.toml, or give --config-dir");
    }
    return std::move(error).with_hint(fmt::format("there are: {}", fmt::join(known, ", ")));
}

} // namespace

Result<const config::Job *> choose_job(const config::Configuration &configuration,
                                       const std::string &name) {
    if (const config::Job *job = configuration.find(name)) {
        return job;
    }
    if (const config::BrokenJob *broken = find_broken(configuration, name)) {
        show_errors(configuration, broken->file);
        return fail(ErrorCode::config_invalid,
                    fmt::format("job '{}' cannot be used: its configuration is broken", name));
    }
    // A directory that cannot be read may hold it.
    if (show_errors(configuration, "")) {
        return fail(ErrorCode::config_invalid,
                    fmt::format("job '{}' is not found, and not all of the configuration could be "
                                "read",
                                name));
    }
    return fail(unknown_job(configuration, name));
}

int show_common_errors(const config::Configuration &configuration) {
    return show_errors(configuration, "") ? exit_code_of(ErrorCode::config_invalid) : 0;
}

void warn_about(const config::Configuration &configuration, const config::Job &job) {
    for (const config::Diagnostic &diagnostic : configuration.diagnostics) {
        if (diagnostic.file == job.file && diagnostic.severity == config::Severity::warning) {
            print_aside(config::render_short(diagnostic) + "\n");
        }
    }
}

void warn_about_broken(const config::Configuration &configuration) {
    for (const config::BrokenJob &broken : configuration.broken) {
        print_warning(fmt::format("job '{}' is broken, see 'intact check'", broken.name));
    }
}

} // namespace intact::cli
