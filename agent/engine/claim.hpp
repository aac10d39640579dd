// The first steps of a run: the job, then the target and the destination are this run's alone, and
// whatever a dead run left there is settled.
#pragma once

#include "base/error.hpp"
#include "base/run_id.hpp"
#include "catalog/catalog.hpp"
#include "config/job.hpp"
#include "destination/filesystem.hpp"
#include "destination/manifest.hpp"
#include "destination/protocol.hpp"
#include "engine/context.hpp"
#include "engine/mount_guard.hpp"
#include "engine/place.hpp"
#include "engine/recover.hpp"
#include "os/file.hpp"
#include "os/lock_file.hpp"

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace intact::engine {

/// Of the target and the destination.
struct Claim {
    Place target;
    std::optional<Place> staging{}; ///< where the archive is written first; nothing: the target
    destination::Filesystem filesystem;
    destination::Protocol protocol{};
    std::string archive{};                           ///< final name
    std::optional<destination::Manifest> replaced{}; ///< the backup that has it now
    std::string previous_archive{}; ///< the job's newest backup before this; empty: none
    std::string previous_manifest_sha256{};
    std::uint64_t previous_bytes = 0;
    std::vector<SettledRun> recovered; ///< what dead runs had left

    const os::Directory &staging_directory() const {
        return staging ? staging->directory : target.directory;
    }
};

/// Whether a run makes the destination's directory when it is not there.
bool is_made_by_runs(const config::Destination &destination);

/// What a lock's record says of this process.
os::LockOwner lock_owner(const Context &context, const RunId &run, WallTime started);

/// The job's lock, in the state directory.
Result<os::LockFile> lock_job(const Context &context, const config::Job &job, const RunId &run,
                              WallTime started, std::chrono::milliseconds patience,
                              const std::stop_token &stop);

/// The rest, under the job's lock. The destination must exist, but for the default one, and so must
/// the staging directory: a path that is missing may be a filesystem that is not mounted, and a
/// backup must not land beneath its mount point. `last`: see check_destination(). Errors:
/// wrong_mount, locked, not_found, unsupported, already_exists, io, cancelled.
Result<Claim> claim_target(const Context &context, const config::Job &job, const RunId &run,
                           WallTime started, const LastMount &last,
                           std::chrono::milliseconds patience, const std::stop_token &stop);

/// One line for each way in which this backup may turn out too large, if it is as large as those
/// before: a guess, and the disk itself decides.
std::vector<std::string> foreseen_shortage(const Claim &claim, const config::Job &job,
                                           std::uint64_t last_bytes);

/// Ends the claim; no descriptor leads to the destination from then on. A lock's record stays where
/// files of this run are still there: recovery's cue.
void release(Claim claim, const RunId &run);

} // namespace intact::engine
