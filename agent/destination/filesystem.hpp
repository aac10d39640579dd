// What filesystem a directory lies on, and whether a rename there survives a power cut.
#pragma once

#include "base/error.hpp"
#include "config/job.hpp"
#include "os/file.hpp"

#include <cstdint>
#include <string>

namespace intact::destination {

struct Filesystem {
    std::string name;    ///< as mountinfo spells it: "ext4"
    std::string concern; ///< why a backup here is less than durable; empty: no concern
};

/// Decides whether this program can publish there. The table and its measurements are in
/// ARCHITECTURE.md and filesystems.md.
/// Errors: unsupported where a rename may lose both copies (FAT, network filesystems) unless the
/// operator forces atomic-rename; then the concern says what is risked.
Result<Filesystem> examine_filesystem(const os::Directory &directory, config::Strategy strategy);

/// What an ordinary user may still write there. Source: statvfs(3). Errors: io.
Result<std::uint64_t> free_bytes(const os::Directory &directory);

} // namespace intact::destination
