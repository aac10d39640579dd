// What a run would find at a destination, and how it would publish there. Takes no backup.
#pragma once

#include "base/error.hpp"
#include "config/job.hpp"
#include "destination/filesystem.hpp"
#include "destination/probe.hpp"
#include "destination/protocol.hpp"
#include "engine/context.hpp"

#include <cstdint>
#include <string>

namespace intact::engine {

struct Diagnosis {
    std::string path;
    destination::Filesystem filesystem;
    destination::Probe probe;
    destination::Protocol protocol;
    std::uint64_t free_bytes = 0;
};

/// Looks at a directory and tries in it what it can do, with empty hidden files that it removes.
/// Errors: not_found, permission_denied, read_only, unsupported, io.
Result<Diagnosis> diagnose(const Context &context, const std::string &path,
                           config::Strategy wanted = config::Strategy::automatic);

} // namespace intact::engine
