// Where a backup comes from.
#include "checkup/checks.hpp"
#include "checkup/server.hpp"
#include "engine/mount_guard.hpp"
#include "os/account_name.hpp"
#include "os/file.hpp"
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
    const std::string told = "open " + os::quoted_path(path);
    const os::UniqueFd fd(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    const int err = fd ? 0 : errno;
    if (err == EACCES && subject.host.is_of_service && service_reads_all(subject)) {
        return Finding::warning(fmt::format("{}: not as '{}'; the service may, by {}", told,
                                            os::user_text(geteuid()), kCapability),
                                "ask as root to be sure");
    }
    if (err != 0) {
        return Finding::error(Error::from_errno(err, told).with_code(ErrorCode::source_unreadable));
    }
    if (!service_reads_all(subject) && !is_plainly_readable(path)) {
        return Finding::error(
            ErrorCode::source_unreadable,
            fmt::format("{} can be read by {} only, which a drop-in took from the service",
                        os::quoted_path(path), kCapability),
            "take AmbientCapabilities= and CapabilityBoundingSet= out of the drop-in");
    }
    return Finding::ok(os::quoted_path(path));
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

// Without capabilities, as sqlite3 will.
Finding check_database(const config::DatabaseSource &source) {
    if (source.type != config::SourceType::sqlite) {
        return check_server(source);
    }
    if (access(source.file.c_str(), R_OK) != 0) {
        return Finding::error(Error::from_errno(errno, fmt::format("source.file=: read {}",
                                                                   os::quoted_path(source.file)))
                                  .with_code(ErrorCode::source_unreadable));
    }
    return Finding::ok(os::quoted_path(source.file) + " can be read");
}

} // namespace

Finding check_source(const Subject &subject) {
    const config::Job &job = subject.job;
    if (const auto *files = std::get_if<config::FilesSource>(&job.source)) {
        return check_paths(subject, *files);
    }
    if (const auto *database = std::get_if<config::DatabaseSource>(&job.source)) {
        return check_database(*database);
    }
    const auto *pod = std::get_if<config::KubernetesSource>(&job.source);
    if (pod == nullptr) {
        return Finding::skipped("a command's output, known when it runs");
    }
    // Without capabilities, as kubectl will.
    if (!pod->kubeconfig.empty() && access(pod->kubeconfig.c_str(), R_OK) != 0) {
        return Finding::error(Error::from_errno(
            errno, fmt::format("source.kubeconfig=: read {}", os::quoted_path(pod->kubeconfig))));
    }
    return Finding::skipped("a pod's files, known when it runs");
}

} // namespace intact::checkup
