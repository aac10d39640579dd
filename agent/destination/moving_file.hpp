// One file of a backup on its way to its final name.
#pragma once

#include "destination/content.hpp"
#include "destination/manifest.hpp"
#include "destination/staging.hpp"
#include "os/file.hpp"

#include <array>
#include <optional>
#include <string>

namespace intact::destination {

struct MovingFile {
    std::string staged;
    std::string final;
    std::string guard; ///< where some variants keep the previous one
    Content fresh;
    std::optional<Content> previous; ///< what the final name held before; nothing: it was free
    os::FileIdentity identity;       ///< of the new file, by whatever name
};

/// Archive, .sha256, manifest: the order in which they take their names. The manifest comes last,
/// since it is what makes a backup of them.
using MovingBackup = std::array<MovingFile, 3>;

/// The staged backup of `fresh` on its way to replace `previous`, the manifest under the final
/// name; nothing: the name of the archive is to be free. Reads the companions that are there.
/// Errors: io.
Result<MovingBackup> moving_backup(const os::Directory &directory, const Manifest &fresh,
                                   const std::optional<Manifest> &previous);

/// Small enough for a copy to move in its place.
bool is_companion(const MovingFile &file);

/// The hidden name beside a staged one.
std::string guard_name(const std::string &staged);

} // namespace intact::destination
