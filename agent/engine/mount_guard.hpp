// Whether a path leads to the filesystem that belongs there. A mount that is missing shows the bare
// directory beneath, and a backup written there is found by nobody.
#pragma once

#include "base/error.hpp"
#include "catalog/run_record.hpp"
#include "config/job.hpp"
#include "destination/filesystem.hpp"
#include "os/file.hpp"

#include <optional>
#include <string>

namespace intact::engine {

/// What the job's last backup lay on; both empty: not known.
struct LastMount {
    std::string identity;
    std::string point;
};

/// Of the newest run that left a backup, when that was at the job's destination of today.
LastMount last_mount_of(const std::optional<catalog::RunRecord> &last, const config::Job &job);

/// Before anything is written there. Which of the two decides: what require_mount names, else what
/// the last backup lay on. Errors: wrong_mount.
Result<> check_destination(const config::Destination &destination,
                           const destination::Filesystem &now, const LastMount &last);

/// Before publishing: the path still leads to the directory that was opened. Errors: wrong_mount.
Result<> check_still_mounted(const os::Directory &opened);

/// Each path of the source by its require_mount. Errors: wrong_mount; not_found, io.
Result<> check_sources(const config::FilesSource &source);

} // namespace intact::engine
