#include "destination/filesystem.hpp"

#include <array>
#include <cerrno>
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

namespace intact::destination {
namespace {

enum class Promise { crash_atomic, not_durable, none };

struct Known {
    std::uint32_t magic; ///< statfs(2)
    std::string_view name;
    Promise promise;
};

constexpr std::array kKnown{
    Known{0xef53, "ext4", Promise::crash_atomic},
    Known{0x58465342, "xfs", Promise::crash_atomic},
    Known{0x9123683e, "btrfs", Promise::crash_atomic},
    Known{0x2fc12fc1, "zfs", Promise::crash_atomic},
    Known{0xf2f52010, "f2fs", Promise::crash_atomic},
    Known{0x794c7630, "overlay", Promise::crash_atomic},
    Known{0x01021994, "tmpfs", Promise::not_durable},
    Known{0x858458f6, "ramfs", Promise::not_durable},
    Known{0x4d44, "vfat", Promise::none},
    Known{0x2011bab0, "exfat", Promise::none},
    Known{0x6969, "nfs", Promise::none},
    Known{0xfe534d42, "cifs", Promise::none},
    Known{0xff534d42, "cifs", Promise::none},
    Known{0x65735546, "fuse", Promise::none},
};

} // namespace

Result<Filesystem> examine_filesystem(const os::Directory &directory, config::Strategy strategy) {
    struct statfs info{};
    if (fstatfs(directory.fd(), &info) != 0) {
        return fail_errno(errno, "examine the filesystem of " + os::quoted(directory.path()));
    }
    const auto magic = static_cast<std::uint32_t>(info.f_type);
    Known found{magic, "", Promise::none};
    for (const Known &known : kKnown) {
        if (known.magic == magic) {
            found = known;
        }
    }
    Filesystem filesystem{
        found.name.empty() ? fmt::format("unknown-{:x}", magic) : std::string(found.name), ""};
    if (strategy == config::Strategy::copy_and_swap) {
        return fail(Error(ErrorCode::unsupported, "publish by strategy=\"copy-and-swap\"")
                        .with_hint("this version has atomic-rename only; use strategy=\"auto\""));
    }
    switch (found.promise) {
    case Promise::crash_atomic:
        break;
    case Promise::not_durable:
        filesystem.concern = fmt::format(
            "{} lives in memory: this backup does not survive a reboot", filesystem.name);
        break;
    case Promise::none:
        if (strategy != config::Strategy::atomic_rename) {
            return fail(
                Error(
                    ErrorCode::unsupported,
                    fmt::format(
                        "publish on {}, filesystem {}: a power cut during a rename there can lose "
                        "the backup",
                        os::quoted(directory.path()), filesystem.name))
                    .with_hint("choose a destination on ext4, XFS, Btrfs, ZFS or F2FS; "
                               "strategy=\"atomic-rename\" takes the risk"));
        }
        filesystem.concern = fmt::format("on {} a power cut during publishing can lose this backup",
                                         filesystem.name);
        break;
    }
    return filesystem;
}

Result<std::uint64_t> free_bytes(const os::Directory &directory) {
    struct statvfs info{};
    if (fstatvfs(directory.fd(), &info) != 0) {
        return fail_errno(errno, "examine the filesystem of " + os::quoted(directory.path()));
    }
    return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
}

} // namespace intact::destination
