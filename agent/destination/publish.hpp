// The publish protocol of a journaled local filesystem: the only code that gives a backup its final
// name. Knows no job, no schedule, no catalog.
#pragma once

#include "base/error.hpp"
#include "destination/backup_name.hpp"
#include "destination/manifest.hpp"
#include "destination/staging.hpp"

#include <string>
#include <vector>

namespace intact::destination {

/// How the final names come to be: "rename" onto free names, "exchange" with the backup before.
enum class Variant { rename, exchange };
std::string_view name_of(Variant variant);

/// Whose backup a name may be taken by.
struct Owner {
    std::string job;
    std::string host;
};

/// `exchange` when a fixed name, or that of a companion, is taken by a backup of this owner.
/// Errors: already_exists when a time-stamped name is taken, or a fixed one by something that is no
/// backup of this owner: that is never replaced.
Result<Variant> choose_variant(const os::Directory &directory, const std::string &archive,
                               Naming naming, const Owner &owner);

/// Final names given so far, each by one atomic renameat2(2), to be taken back newest first.
class Moves {
public:
    explicit Moves(const os::Directory &directory) : directory_(&directory) {}
    Result<> move(const std::string &staged, const std::string &final, Variant variant);
    Result<> take_back();

private:
    struct Done {
        std::string staged;
        std::string final;
        bool exchanged;
    };
    const os::Directory *directory_;
    std::vector<Done> done_;
};

/// A backup under its final name, durable. The backup it replaced, if any, still lies under the
/// staged names: exactly one of settle() and withdraw() ends that.
class PublishedBackup {
public:
    const std::string &archive() const { return archive_; }
    std::string manifest() const { return archive_ + std::string(kManifestSuffix); }

    /// Removes the replaced backup. Errors: io; then recovery does it at the next run.
    Result<> settle();
    /// Takes the final names back and removes what was published: the previous backup stands as it
    /// did.
    Result<> withdraw();

private:
    friend Result<PublishedBackup> publish(Staging, const Manifest &, Variant);
    PublishedBackup(Staging staging, Moves moves, std::string archive)
        : staging_(std::move(staging)), moves_(std::move(moves)), archive_(std::move(archive)) {}
    Staging staging_;
    Moves moves_;
    std::string archive_;
};

/// Moves archive, .sha256 and manifest, in that order, then makes the directory durable. Any error
/// on the way takes all of it back, so that the previous backup stands as it did. Errors:
/// already_exists, io; after an error whose undoing failed too, recovery settles it. Source:
/// rename(2), fsync(2), filesystems.md P1 and P3. Thread: run worker.
Result<PublishedBackup> publish(Staging staging, const Manifest &manifest, Variant variant);

} // namespace intact::destination
