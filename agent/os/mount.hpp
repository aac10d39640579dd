// Mounts as /proc/self/mountinfo tells them. Knows no filesystem's promises.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace intact::os {

/// One line of mountinfo, decoded. Source: proc_pid_mountinfo(5).
struct Mount {
    std::uint64_t id = 0;
    std::uint64_t parent = 0;
    std::string device; ///< "MAJOR:MINOR"; not st_dev on Btrfs
    std::string root;   ///< the part of the filesystem that is seen: "/", a bind's or subvolume's
    std::string point;
    std::string type;   ///< "ext4", "nfs4", "fuse.sshfs"
    std::string source; ///< "/dev/sda1", "server:/export", "none"
    /// Of the mount and of the filesystem together; without a value: "".
    std::map<std::string, std::string> options;

    bool has_option(const std::string &name) const { return options.contains(name); }
    /// Empty when it is not there.
    std::string option(const std::string &name) const;
};

/// All lines; one that cannot be understood is an error with its number.
Result<std::vector<Mount>> parse_mountinfo(std::string_view text);

/// Those that this process sees. Errors: io.
Result<std::vector<Mount>> all_mounts();

/// Where what the mount shows is mounted. A directory that is mounted on itself shows nothing new,
/// so for it that is the point of the mount above. Source: systemd.exec(5), whose ProtectHome= and
/// ReadWritePaths= make such mounts; they must not be taken for a disk.
std::string real_point(const Mount &mount, const std::vector<Mount> &mounts);

/// The mount that an absolute path without symlinks lies on, by its words alone: nothing is asked
/// of a filesystem that may not answer. Null: none of them.
const Mount *mount_by_path(std::string_view path, const std::vector<Mount> &mounts);

/// The mount that an open file or directory lies on, with its real point: found by its mount id,
/// never by path or device, which bind mounts and Btrfs subvolumes share. Errors: io. Source:
/// statx(2) STATX_MNT_ID.
Result<Mount> mount_of(int fd);

} // namespace intact::os
