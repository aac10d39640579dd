#include "vm/powercut/filesystem.hpp"

#include "vm/powercut/rig.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

namespace intact::powercut {
namespace {

constexpr std::uint64_t operator""_MiB(unsigned long long count) {
    return count << 20;
}

// As small as each can be: an image is copied for every crash.
const std::array kKinds{
    FilesystemKind{"vfat", "vfat", 4608u << 10, {"mkfs.vfat", "-F16", "-s1"}, ""},
    FilesystemKind{"exfat", "exfat", 8_MiB, {"mkfs.exfat"}, ""},
    FilesystemKind{"ext4", "ext4", 64_MiB, {"mkfs.ext4", "-q", "-J", "size=4"}, ""},
    FilesystemKind{
        "ext4-noauto", "ext4", 64_MiB, {"mkfs.ext4", "-q", "-J", "size=4"}, "noauto_da_alloc"},
    FilesystemKind{"ext4-nojournal", "ext4", 64_MiB, {"mkfs.ext4", "-q", "-O", "^has_journal"}, ""},
    FilesystemKind{"btrfs", "btrfs", 160_MiB, {"mkfs.btrfs", "-q"}, ""},
    FilesystemKind{"xfs", "xfs", 64_MiB, {"mkfs.xfs", "-q", "--unsupported", "-l", "size=8m"}, ""},
};

// Btrfs remembers devices, and refuses an image that is older than what it saw last under the same
// id (fs/btrfs/volumes.c, device_list_add).
void forget_devices() {
    const os::UniqueFd control = open_or_throw("/dev/btrfs-control", O_RDWR);
    btrfs_ioctl_vol_args all{};
    require(ioctl(control.get(), BTRFS_IOC_FORGET_DEV, &all) != 0, "make btrfs forget devices");
}

} // namespace

const FilesystemKind &filesystem_named(const std::string &name) {
    for (const FilesystemKind &kind : kKinds) {
        if (kind.name == name) {
            return kind;
        }
    }
    throw RigError("no filesystem '" + name + "' here");
}

void repair(const FilesystemKind &kind, const std::string &device) {
    // Their status tells how much was repaired, which is no failure.
    const std::string program = kind.type == "ext4" ? "e2fsck" : "fsck." + kind.type;
    run_program({program, "-y", device}, Status::any);
}

Mount::Mount(const FilesystemKind &kind, const std::string &device, const std::string &point)
    : point_(point) {
    if (kind.type == "btrfs") {
        forget_devices();
    }
    is_mounted_ = mount(device.c_str(), point.c_str(), kind.type.c_str(), MS_NOATIME,
                        kind.options.c_str()) == 0;
    error_ = is_mounted_ ? 0 : errno;
}

Mount::~Mount() {
    if (is_mounted_) {
        umount2(point_.c_str(), MNT_DETACH);
    }
}

void Mount::unmount() {
    require(umount(point_.c_str()) != 0, "unmount " + point_);
    is_mounted_ = false;
}

} // namespace intact::powercut
