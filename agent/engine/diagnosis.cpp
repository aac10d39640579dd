#include "engine/diagnosis.hpp"

namespace intact::engine {

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

} // namespace intact::engine
