#include "checkup/subject.hpp"

#include "catalog/catalog.hpp"
#include "config/file_access.hpp"
#include "engine/claim.hpp"
#include "os/file.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <sys/stat.h>

namespace intact::checkup {
namespace {

// Reading alone makes no catalog.
Result<std::optional<catalog::RunRecord>> last_backup_of(const engine::Context &context,
                                                         const std::string &job) {
    INTACT_TRY_ASSIGN(const bool is_there, catalog::Catalog::exists(context.state_dir));
    if (!is_there) {
        return std::nullopt;
    }
    INTACT_TRY_ASSIGN(const auto catalog, catalog::Catalog::open(context.state_dir));
    return catalog->last_backup(job);
}

Result<engine::Diagnosis> missing(const std::string &path) {
    return fail(Error(ErrorCode::not_found, fmt::format("{} is not there", os::quoted_path(path)))
                    .with_hint(fmt::format("mount what belongs there, or make it: install -d -o {} "
                                           "-m 0750 '{}'",
                                           config::kServiceUser, path)));
}

} // namespace

const Unit *Subject::unit() const {
    return host.is_of_service && host.unit && host.unit->is_loaded() ? &*host.unit : nullptr;
}

std::string nearest_existing(const std::string &path) {
    std::string nearest = path;
    struct stat status{};
    // What may not be looked at is there, as far as anybody can tell.
    while (stat(nearest.c_str(), &status) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
        const std::size_t slash = nearest.find_last_of('/');
        if (slash == 0 || slash == std::string::npos) {
            return "/";
        }
        nearest.resize(slash);
    }
    return nearest;
}

Subject look_at(const Host &host, const config::Configuration &configuration,
                const config::Job &job) {
    Subject subject{host, configuration, job};
    subject.last_backup = last_backup_of(host.context, job.name);
    subject.place = nearest_existing(job.destination.path);
    const auto directory = os::Directory::open(subject.place, *host.context.sys);
    if (!directory) {
        subject.filesystem = fail(directory.error());
        subject.space = fail(directory.error());
    } else {
        subject.filesystem = destination::examine_filesystem(*directory);
        subject.space = destination::space_of(*directory);
    }
    subject.diagnosis =
        subject.is_there() || engine::is_made_by_runs(job.destination)
            ? engine::diagnose(host.context, subject.place, job.destination.strategy)
            : missing(job.destination.path);
    return subject;
}

} // namespace intact::checkup
