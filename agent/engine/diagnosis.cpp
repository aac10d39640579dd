#include "engine/diagnosis.hpp"

#include "catalog/catalog.hpp"
#include "engine/mount_guard.hpp"

namespace intact::engine {
namespace {

// Reading alone makes no catalog.
LastMount last_mount(const Context &context, const config::Job &job) {
    if (!catalog::Catalog::exists(context.state_dir).value_or(false)) {
        return {};
    }
    const auto catalog = catalog::Catalog::open(context.state_dir);
    const auto last = catalog ? (*catalog)->last_backup(job.name)
                              : Result<std::optional<catalog::RunRecord>>(std::nullopt);
    return last ? last_mount_of(*last, job) : LastMount{};
}

} // namespace

Result<Diagnosis> diagnose(const Context &context, const std::string &path,
                           config::Strategy wanted) {
    Diagnosis diagnosis;
    diagnosis.path = path;
    INTACT_TRY_ASSIGN(const auto directory, os::Directory::open(path, *context.sys));
    INTACT_TRY_ASSIGN(diagnosis.filesystem, destination::examine_filesystem(directory));
    INTACT_TRY_ASSIGN(const auto space, destination::space_of(directory));
    diagnosis.free_bytes = space.free_bytes;
    INTACT_TRY_ASSIGN(diagnosis.probe,
                      destination::probe_directory(directory, RunId::make(context.clock->now())));
    INTACT_TRY_ASSIGN(diagnosis.protocol,
                      destination::choose_protocol(diagnosis.filesystem, diagnosis.probe, wanted));
    return diagnosis;
}

Result<Diagnosis> diagnose(const Context &context, const config::Job &job) {
    INTACT_TRY_ASSIGN(auto diagnosis,
                      diagnose(context, job.destination.path, job.destination.strategy));
    if (!job.destination.staging.empty()) {
        INTACT_TRY(os::Directory::open(job.destination.staging, *context.sys));
    }
    INTACT_TRY(check_destination(job.destination, diagnosis.filesystem, last_mount(context, job)));
    return diagnosis;
}

} // namespace intact::engine
