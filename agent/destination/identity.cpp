#include "destination/identity.hpp"

#include "systemd/block_device.hpp"

#include <array>
#include <cstring>
#include <fmt/format.h>
#include <linux/btrfs.h>
#include <span>
#include <sys/ioctl.h>

namespace intact::destination {
namespace {

using Uuid = std::array<std::uint8_t, 16>;

// Linux 6.9; not in Debian 12's headers.
struct FsUuid {
    std::uint8_t length;
    std::uint8_t bytes[16];
};
constexpr unsigned long kGetFsUuid = _IOR(0x15, 0, FsUuid);

// Of ext4 since Linux 6.0; the length comes first and the bytes follow.
struct ExtUuid {
    std::uint32_t length;
    std::uint32_t flags;
    std::uint8_t bytes[16];
};
constexpr unsigned long kExtGetUuid = _IOR('f', 44, std::uint64_t);

std::string spelled(std::span<const std::uint8_t, 16> bytes) {
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        text += at == 4 || at == 6 || at == 8 || at == 10 ? "-" : "";
        text += fmt::format("{:02x}", bytes[at]);
    }
    return text;
}

std::string uuid_by_ioctl(int fd, const std::string &type) {
    if (FsUuid uuid{}; ioctl(fd, kGetFsUuid, &uuid) == 0 && uuid.length == 16) {
        return spelled(uuid.bytes);
    }
    if (type == "btrfs") {
        btrfs_ioctl_fs_info_args info{};
        return ioctl(fd, BTRFS_IOC_FS_INFO, &info) == 0 ? spelled(info.fsid) : "";
    }
    if (type.starts_with("ext")) {
        ExtUuid uuid{16, 0, {}};
        return ioctl(fd, kExtGetUuid, &uuid) == 0 ? spelled(uuid.bytes) : "";
    }
    return "";
}

} // namespace

std::string identity_of(int fd, const os::Mount &mount, bool is_remote) {
    if (is_remote) {
        return "source:" + mount.source;
    }
    std::string uuid = uuid_by_ioctl(fd, mount.type);
    if (uuid.empty()) {
        // Of what has no call of its own (XFS before 6.9, FAT, exFAT).
        uuid = systemd::uuid_of_device(mount.device);
    }
    // A filesystem that was made without one tells itself from no other.
    const bool is_nil = uuid.find_first_not_of("0-") == std::string::npos;
    return is_nil ? "" : "uuid:" + uuid;
}

} // namespace intact::destination
