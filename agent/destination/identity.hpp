// Tells one filesystem from another, whatever its device is called today.
#pragma once

#include "os/mount.hpp"

#include <string>

namespace intact::destination {

/// "uuid:…" as blkid(8) prints it, "source:server:/export" of a network mount, or "" when nothing
/// tells it. `fd` is of a file or directory on it. Needs no rights. Source: ioctl_fs(2)
/// FS_IOC_GETFSUUID, btrfs-ioctl(2), udev's database.
std::string identity_of(int fd, const os::Mount &mount, bool is_remote);

} // namespace intact::destination
