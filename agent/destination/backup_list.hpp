// Which backups lie in a destination, told by their manifests. Reads nothing of the archives.
#pragma once

#include "base/error.hpp"
#include "destination/manifest.hpp"
#include "os/file.hpp"

#include <optional>
#include <string>
#include <vector>

namespace intact::destination {

struct FoundBackup {
    std::string manifest_name; ///< file name
    std::string manifest_sha256;
    Result<Manifest> manifest;         ///< or why it cannot be used
    std::optional<std::uint64_t> size; ///< of the archive as it lies there; none: it is missing
};

/// The archive that a manifest of this name describes.
std::string archive_of(std::string_view manifest_name);

/// All backups in the directory, or those of one job, oldest first (by run id; damaged ones first).
Result<std::vector<FoundBackup>> list_backups(const os::Directory &directory,
                                              const std::string &job = "");

/// The one that `name` means: an archive's name, its manifest's name, or that without suffixes.
/// Errors: not_found, naming close ones; usage when it may mean more than one.
Result<FoundBackup> find_backup(const os::Directory &directory, const std::string &name);

} // namespace intact::destination
