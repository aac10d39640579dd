// A publication: the only code that gives a backup its final name. Knows no job, no schedule, no
// catalog.
#pragma once

#include "base/error.hpp"
#include "destination/backup_name.hpp"
#include "destination/intent.hpp"
#include "destination/manifest.hpp"
#include "destination/staging.hpp"
#include "destination/swap.hpp"

#include <memory>
#include <optional>
#include <string>

namespace intact::destination {

/// Whose backup a name may be taken by.
struct Owner {
    std::string job;
    std::string host;
};

/// The backup that a new one under `archive` would replace, whole or with files missing; nothing:
/// that name is free. Errors: already_exists when a time-stamped name is taken, or a fixed one by
/// something that is no backup of this owner: that is never replaced.
Result<std::optional<Manifest>> replaced_backup(const os::Directory &directory,
                                                const std::string &archive, Naming naming,
                                                const Owner &owner);

/// How a publication goes about it.
struct Manner {
    Variant variant = Variant::rename;
    bool is_remote = false; ///< of the filesystem: an error may hide what was done
};

/// A backup under its final name, durable. The backup it replaced, if any, is still there under a
/// hidden name: exactly one of settle() and withdraw() ends that.
class PublishedBackup {
public:
    const std::string &archive() const { return archive_; }
    std::string manifest() const { return archive_ + std::string(kManifestSuffix); }

    /// Lets the replaced backup go: call it when the new one has been proven under its final name.
    /// Errors: io; then recovery does it at the next run.
    Result<> settle();
    /// Takes the final names back and removes what was published: the previous backup stands as it
    /// did. Errors: io; then recovery does it at the next run.
    Result<> withdraw();

private:
    friend Result<PublishedBackup> publish(Staging, const Manifest &,
                                           const std::optional<Manifest> &, Manner);
    PublishedBackup(Staging staging, Intent intent, Manner manner);
    Result<> move_all();
    Result<> finish();

    Staging staging_;
    std::unique_ptr<Swap> swap_;
    Intent intent_;
    std::size_t placed_ = 0; ///< files for which place() was called
    std::string archive_;
};

/// Moves archive, .sha256 and manifest, in that order, each by the variant's own protocol, and
/// makes that durable. Any error on the way takes all of it back, so that the previous backup
/// stands as it did. Errors: already_exists, io; after an error whose undoing failed too, recovery
/// settles it. Source: rename(2), fsync(2), filesystems.md §2. Thread: run worker.
Result<PublishedBackup> publish(Staging staging, const Manifest &manifest,
                                const std::optional<Manifest> &previous, Manner manner);

} // namespace intact::destination
