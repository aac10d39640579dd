// What a run starts, and the secrets that it gives to it.
#include "checkup/checks.hpp"
#include "engine/hooks.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "source/presets.hpp"
#include "source/secret_file.hpp"
#include "source/secrets.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace intact::checkup {
namespace {

/// One that a run starts.
struct Program {
    std::string key;                ///< that names it
    std::vector<std::string> names; ///< of several, the first that there is
    const config::Variables &environment;
    std::string working_directory = "/";
};

std::vector<Program> programs_of(const config::Job &job) {
    static const config::Variables nothing;
    std::vector<Program> programs;
    if (const auto *command = std::get_if<config::CommandSource>(&job.source)) {
        programs.push_back({"source.command",
                            {command->command.front()},
                            command->environment,
                            command->working_directory});
    } else if (const auto *database = std::get_if<config::DatabaseSource>(&job.source)) {
        programs.push_back(
            {"source.tools", source::dumping_programs(*database), database->environment});
    } else if (const auto *pod = std::get_if<config::KubernetesSource>(&job.source)) {
        programs.push_back({"source.kubectl", {pod->kubectl}, nothing});
    }
    for (const engine::Hook hook : {engine::Hook::before, engine::Hook::after,
                                    engine::Hook::on_failure, engine::Hook::on_success}) {
        if (const auto &argv = engine::command_of(job.hooks, hook); !argv.empty()) {
            programs.push_back({fmt::format("hooks.{}", engine::name_of(hook)),
                                {argv.front()},
                                job.hooks.environment});
        }
    }
    return programs;
}

std::string path_for(const Subject &subject, const Program &program) {
    if (const auto own = program.environment.find("PATH"); own != program.environment.end()) {
        return own->second.text;
    }
    return subject.unit() == nullptr ? os::clean_environment().at("PATH")
                                     : subject.unit()->program_path();
}

Finding check_program(const Subject &subject, const Program &program) {
    const std::string path = path_for(subject, program);
    std::string file;
    for (const std::string &name : program.names) {
        const std::string next = os::find_program(name, path);
        const bool is_better = access(file.c_str(), X_OK) != 0 && access(next.c_str(), X_OK) == 0;
        file = file.empty() || is_better ? next : file;
    }
    if (file.empty()) {
        return Finding::error(ErrorCode::program_missing,
                              fmt::format("{}=: no program {} in {}", program.key,
                                          os::quoted_path(program.names.front()), path),
                              "install it, or give its full path");
    }
    if (!file.starts_with('/')) {
        file = fmt::format("{}/{}", program.working_directory, file);
    }
    if (access(file.c_str(), X_OK) != 0) {
        const int err = errno;
        Error error = Error::from_errno(
            err, fmt::format("{}=: execute {}", program.key, os::quoted_path(file)));
        return Finding::error(err == ENOENT ? std::move(error).with_code(ErrorCode::program_missing)
                                            : error);
    }
    if (access(program.working_directory.c_str(), X_OK) != 0) {
        return Finding::error(
            Error::from_errno(errno, fmt::format("source.working_directory=: enter {}",
                                                 os::quoted_path(program.working_directory))));
    }
    return Finding::ok(os::quoted_path(file));
}

// What a program would write is not looked at: that may cost, or count, as with a one-time
// password.
Finding check_secret_command(const Subject &subject, const std::string &key,
                             const std::string &name) {
    static const config::Variables nothing;
    return check_program(subject, {key, {name}, nothing});
}

Finding check_credential(const Subject &subject, const std::string &key, const std::string &name) {
    const std::string &directory = subject.host.credentials_directory;
    struct stat status{};
    if (stat(fmt::format("{}/{}", directory, name).c_str(), &status) == 0) {
        return Finding::ok(fmt::format("credential '{}'", name));
    }
    if (errno != ENOENT) {
        return Finding::skipped(fmt::format("credential '{}' cannot be looked for in {}", name,
                                            os::quoted_path(directory)));
    }
    if (subject.unit() != nullptr && !subject.unit()->is("ActiveState", "active")) {
        return Finding::skipped("credentials are there while the service runs");
    }
    return Finding::error(ErrorCode::credential_failed,
                          fmt::format("{}=: there is no credential '{}'", key, name),
                          source::hint_to_load(name));
}

Finding check_secret(const Subject &subject, const std::string &key,
                     const config::VariableValue &value) {
    using From = config::VariableValue::From;
    switch (value.from) {
    case From::credential:
    case From::credential_path:
        return check_credential(subject, key, value.text);
    case From::command:
        return check_secret_command(subject, key, value.command.front());
    case From::file:
        // Wiped as soon as it is seen to be of use.
        if (auto given = source::read_variables({{key, value}}, std::stop_token()); !given) {
            return Finding::error(given.error());
        }
        return Finding::ok(os::quoted_path(value.text));
    case From::text:
        break;
    }
    return Finding::skipped(key + "= is text");
}

void check_secrets(const Subject &subject, std::string_view table,
                   const config::Variables &variables, Findings &findings) {
    for (const auto &[name, value] : variables) {
        if (value.from != config::VariableValue::From::text) {
            findings.add(check_secret(subject, fmt::format("{}.{}", table, name), value));
        }
    }
}

} // namespace

Finding check_programs(const Subject &subject) {
    Findings findings;
    for (const Program &program : programs_of(subject.job)) {
        findings.add(check_program(subject, program));
    }
    return std::move(findings).sum(Finding::skipped("it starts none"));
}

Finding check_credentials(const Subject &subject) {
    Findings findings;
    if (const auto *command = std::get_if<config::CommandSource>(&subject.job.source)) {
        check_secrets(subject, "source.environment", command->environment, findings);
    }
    if (const auto *database = std::get_if<config::DatabaseSource>(&subject.job.source)) {
        check_secrets(subject, "source.environment", database->environment, findings);
        if (database->password) {
            check_secrets(subject, "source", {{"password", *database->password}}, findings);
        }
    }
    check_secrets(subject, "hooks.environment", subject.job.hooks.environment, findings);
    return std::move(findings).sum(Finding::skipped("it refers to none"));
}

} // namespace intact::checkup
