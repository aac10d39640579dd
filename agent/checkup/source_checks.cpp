// Where a backup comes from: its paths, and the programs that are started around it.
#include "checkup/checks.hpp"
#include "engine/hooks.hpp"
#include "engine/mount_guard.hpp"
#include "os/file.hpp"
#include "os/identity.hpp"
#include "os/process.hpp"
#include "os/unique_fd.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace intact::checkup {
namespace {

constexpr std::string_view kCapability = "cap_dac_read_search";

/// Whether the service may read what its user may not; where there is no unit, as it is shipped.
bool service_reads_all(const Subject &subject) {
    const Unit *unit = subject.unit();
    return unit == nullptr ||
           (unit->property("AmbientCapabilities").find(kCapability) != std::string::npos &&
            unit->property("CapabilityBoundingSet").find(kCapability) != std::string::npos);
}

// access(2) leaves the capabilities of a user that is not root out: so it is without them.
bool is_plainly_readable(const std::string &path) {
    struct stat status{};
    return stat(path.c_str(), &status) == 0 &&
           access(path.c_str(), S_ISDIR(status.st_mode) ? R_OK | X_OK : R_OK) == 0;
}

Finding check_path(const Subject &subject, const std::string &path) {
    const std::string told = "open " + os::quoted(path);
    const os::UniqueFd fd(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    const int err = fd ? 0 : errno;
    if (err == EACCES && subject.host.is_of_service && service_reads_all(subject)) {
        return Finding::warning(fmt::format("{}: not as '{}'; the service may, by {}", told,
                                            os::user_name(geteuid()), kCapability),
                                "ask as root to be sure");
    }
    if (err != 0) {
        return Finding::error(Error::from_errno(err, told).with_code(ErrorCode::source_unreadable));
    }
    if (!service_reads_all(subject) && !is_plainly_readable(path)) {
        return Finding::error(
            ErrorCode::source_unreadable,
            fmt::format("{} can be read by {} only, which a drop-in took from the service",
                        os::quoted(path), kCapability),
            "take AmbientCapabilities= and CapabilityBoundingSet= out of the drop-in");
    }
    return Finding::ok(os::quoted(path));
}

Finding check_paths(const Subject &subject, const config::FilesSource &source) {
    Findings findings;
    for (const std::string &path : source.paths) {
        findings.add(check_path(subject, path));
    }
    if (const auto mounted = engine::check_sources(source);
        !mounted && mounted.error().code() == ErrorCode::wrong_mount) {
        findings.add(Finding::error(mounted.error()));
    }
    Finding sum = std::move(findings).sum(Finding::skipped("no paths"));
    if (sum.state == State::ok) {
        sum.found += " can be read";
    }
    return sum;
}

/// One that a run starts.
struct Program {
    std::string key; ///< that names it
    std::string name;
    const std::map<std::string, std::string> &environment;
    std::string working_directory = "/";
};

std::vector<Program> programs_of(const config::Job &job) {
    static const std::map<std::string, std::string> kNothing;
    std::vector<Program> programs;
    if (const auto *command = std::get_if<config::CommandSource>(&job.source)) {
        programs.push_back({"source.command", command->command.front(), command->environment,
                            command->working_directory});
    } else if (const auto *pod = std::get_if<config::KubernetesSource>(&job.source)) {
        programs.push_back({"source.kubectl", pod->kubectl, kNothing});
    }
    for (const engine::Hook hook : {engine::Hook::before, engine::Hook::after,
                                    engine::Hook::on_failure, engine::Hook::on_success}) {
        if (const auto &argv = engine::command_of(job.hooks, hook); !argv.empty()) {
            programs.push_back({fmt::format("hooks.{}", engine::name_of(hook)), argv.front(),
                                job.hooks.environment});
        }
    }
    return programs;
}

std::string path_for(const Subject &subject, const Program &program) {
    if (const auto own = program.environment.find("PATH"); own != program.environment.end()) {
        return own->second;
    }
    return subject.unit() == nullptr ? os::clean_environment().at("PATH")
                                     : subject.unit()->program_path();
}

Finding check_program(const Subject &subject, const Program &program) {
    const std::string path = path_for(subject, program);
    std::string file = os::find_program(program.name, path);
    if (file.empty()) {
        return Finding::error(
            ErrorCode::program_missing,
            fmt::format("{}=: no program {} in {}", program.key, os::quoted(program.name), path),
            "install it, or give its full path");
    }
    if (!file.starts_with('/')) {
        file = fmt::format("{}/{}", program.working_directory, file);
    }
    if (access(file.c_str(), X_OK) != 0) {
        const int err = errno;
        Error error =
            Error::from_errno(err, fmt::format("{}=: execute {}", program.key, os::quoted(file)));
        return Finding::error(err == ENOENT ? std::move(error).with_code(ErrorCode::program_missing)
                                            : error);
    }
    if (access(program.working_directory.c_str(), X_OK) != 0) {
        return Finding::error(
            Error::from_errno(errno, fmt::format("source.working_directory=: enter {}",
                                                 os::quoted(program.working_directory))));
    }
    return Finding::ok(os::quoted(file));
}

} // namespace

Finding check_source(const Subject &subject) {
    const config::Job &job = subject.job;
    if (const auto *files = std::get_if<config::FilesSource>(&job.source)) {
        return check_paths(subject, *files);
    }
    const auto *pod = std::get_if<config::KubernetesSource>(&job.source);
    if (pod == nullptr) {
        return Finding::skipped("a command's output, known when it runs");
    }
    // Without capabilities, as kubectl will.
    if (!pod->kubeconfig.empty() && access(pod->kubeconfig.c_str(), R_OK) != 0) {
        return Finding::error(Error::from_errno(
            errno, fmt::format("source.kubeconfig=: read {}", os::quoted(pod->kubeconfig))));
    }
    return Finding::skipped("a pod's files, known when it runs");
}

Finding check_programs(const Subject &subject) {
    Findings findings;
    for (const Program &program : programs_of(subject.job)) {
        findings.add(check_program(subject, program));
    }
    return std::move(findings).sum(Finding::skipped("it starts none"));
}

} // namespace intact::checkup
