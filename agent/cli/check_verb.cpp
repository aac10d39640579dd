#include "cli/format.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <unistd.h>

namespace intact::cli {
namespace {

std::uint64_t count_of(const config::Configuration &configuration, config::Severity severity) {
    return static_cast<std::uint64_t>(
        std::count_if(configuration.diagnostics.begin(), configuration.diagnostics.end(),
                      [&](const config::Diagnostic &one) { return one.severity == severity; }));
}

std::string verdict_of(const config::Configuration &configuration) {
    const std::uint64_t errors = count_of(configuration, config::Severity::error);
    const std::uint64_t warnings = count_of(configuration, config::Severity::warning);
    std::string verdict = fmt::format(
        "{}, {}: ", format_count(configuration.files.size(), "file", "files"),
        format_count(configuration.jobs.size() + configuration.broken.size(), "job", "jobs"));
    if (errors == 0 && warnings == 0) {
        return verdict + coloured(STDOUT_FILENO, Colour::green, "ok");
    }
    if (errors > 0) {
        verdict += coloured(STDOUT_FILENO, Colour::red, format_count(errors, "error", "errors"));
    }
    if (warnings > 0) {
        verdict += errors > 0 ? ", " : "ok, ";
        verdict +=
            coloured(STDOUT_FILENO, Colour::yellow, format_count(warnings, "warning", "warnings"));
    }
    if (!configuration.broken.empty()) {
        verdict += fmt::format("; {} of the jobs cannot run", configuration.broken.size());
    }
    return verdict;
}

} // namespace

int check(const Session &session, const CheckArguments &arguments) {
    const config::Configuration configuration = arguments.files.empty()
                                                    ? config::load(session.places())
                                                    : config::load_files(arguments.files);
    switch (arguments.format) {
    case CheckFormat::json:
        print(config::render_json(configuration.diagnostics) + "\n");
        break;
    case CheckFormat::brief:
        for (const config::Diagnostic &diagnostic : configuration.diagnostics) {
            print(config::render_short(diagnostic) + "\n");
        }
        break;
    case CheckFormat::full:
        for (const config::Diagnostic &diagnostic : configuration.diagnostics) {
            print(config::render_long(diagnostic, wants_colour(STDOUT_FILENO)) + "\n");
        }
        print(verdict_of(configuration) + "\n");
        break;
    }
    const bool has_errors = count_of(configuration, config::Severity::error) > 0;
    return has_errors ? exit_code_of(ErrorCode::config_invalid) : 0;
}

} // namespace intact::cli
