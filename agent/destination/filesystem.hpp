// What filesystem a directory lies on, and what that filesystem promises. Writes nothing.
#pragma once

#include "base/error.hpp"
#include "destination/variant.hpp"
#include "os/file.hpp"
#include "os/mount.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace intact::destination {

struct Filesystem {
    std::string type;        ///< as mountinfo spells it: "ext4", "nfs4", "fuse.sshfs"
    std::string name;        ///< for people: "ext4 without journal", "NFS 4.2, soft"
    std::string mount_point; ///< of the mount the directory lies on
    /// The same after a remount and a reboot, another one for another filesystem: "uuid:…" where it
    /// has one, else "source:…" of a network mount; empty when nothing tells it from another.
    std::string identity;

    Variant best = Variant::two_step; ///< the most that may be relied on here
    std::string reason;               ///< why, one clause
    std::string concern;              ///< why a backup here is less than durable; empty: no concern

    bool is_remote =
        false; ///< others answer: an error may hide what was done, a read may be theirs
    bool has_fat_names = false;     ///< refuses some characters and takes 'a' and 'A' for one name
    std::uint64_t largest_file = 0; ///< bytes; 0: larger than any backup
};

/// What can only be told by looking further than mountinfo; replaced in tests.
struct Inspector {
    /// Whether the ext filesystem on that device ("8:1") has a journal; nothing: cannot be told.
    std::function<std::optional<bool>(const std::string &device)> has_journal;
    /// The filesystem at a path (overlay's upper); nothing: cannot be reached.
    std::function<std::optional<Filesystem>(const std::string &path)> filesystem_at;
};
const Inspector &system_inspector();

/// What is known of the mount, without its identity. Source: filesystems.md §1.
Filesystem classify(const os::Mount &mount, const Inspector &inspector = system_inspector());

/// The filesystem of an open file or directory; `path` is for messages. Errors: io.
Result<Filesystem> examine_filesystem(int fd, const std::string &path);
Result<Filesystem> examine_filesystem(const os::Directory &directory);

struct Space {
    std::uint64_t free_bytes = 0; ///< that an ordinary user may still write
    std::uint64_t size_bytes = 0;
};
/// Source: statvfs(3). Errors: io.
Result<Space> space_of(const os::Directory &directory);

} // namespace intact::destination
