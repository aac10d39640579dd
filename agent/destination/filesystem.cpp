#include "destination/filesystem.hpp"

#include "destination/identity.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace intact::destination {
namespace {

constexpr std::uint64_t kFatLargestFile = (std::uint64_t{4} << 30) - 1;

struct Known {
    std::string_view type;
    std::string_view name;
    Variant best;
    std::string_view reason;
};

constexpr std::string_view kJournaled = "its journal makes a rename old-or-new after a crash";
constexpr std::string_view kCopyOnWrite = "its trees make a rename old-or-new after a crash";
constexpr std::string_view kFat =
    "a rename there frees the old file's clusters before the new entry is durable";

// What is not here is unknown, and trusted with the least.
constexpr std::array kKnown{
    Known{"ext4", "ext4", Variant::rename, kJournaled},
    Known{"ext3", "ext3", Variant::rename, kJournaled},
    Known{"ext2", "ext2", Variant::link_guard, "no journal"},
    Known{"xfs", "XFS", Variant::rename, kJournaled},
    Known{"btrfs", "Btrfs", Variant::rename, kCopyOnWrite},
    Known{"zfs", "ZFS", Variant::rename, kCopyOnWrite},
    Known{"f2fs", "F2FS", Variant::rename,
          "its checkpoints make a rename old-or-new after a crash"},
    Known{"tmpfs", "tmpfs", Variant::rename, "it lives in memory"},
    Known{"ramfs", "ramfs", Variant::rename, "it lives in memory"},
    Known{"vfat", "FAT", Variant::exchange, kFat},
    Known{"msdos", "FAT", Variant::exchange, kFat},
    // Of a rename there, the drive may keep that the old entries are gone and lose the new one: one
    // file at a time, with a sync between, loses none of the others.
    Known{"exfat", "exFAT", Variant::two_step, "a rename there may lose both of its names"},
    Known{"cifs", "SMB", Variant::two_step, "a rename over a file that somebody reads deletes it"},
    Known{"smb3", "SMB", Variant::two_step, "a rename over a file that somebody reads deletes it"},
};

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> list) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

void examine_ext(const os::Mount &mount, const Inspector &inspector, Filesystem &filesystem) {
    if (mount.type == "ext2") {
        return;
    }
    const std::optional<bool> has_journal = inspector.has_journal(mount.device);
    if (has_journal.value_or(false)) {
        return;
    }
    // Not to know is to go without: a link more is all that it costs.
    filesystem.best = Variant::link_guard;
    if (has_journal) {
        filesystem.name += " without journal";
        filesystem.reason = "no journal";
    } else {
        filesystem.reason = "whether it has a journal cannot be told from here";
    }
}

void examine_nfs(const os::Mount &mount, Filesystem &filesystem) {
    const std::string version = mount.option("vers");
    const bool is_soft = mount.has_option("soft") || mount.has_option("softerr");
    filesystem.name = fmt::format("NFS {}{}", version.empty() ? "of unknown version" : version,
                                  is_soft ? ", soft" : "");
    filesystem.best = Variant::link_guard;
    filesystem.is_remote = true;
    filesystem.reason = "a rename there may be done though its reply is lost";
    if (is_soft) {
        filesystem.concern = "the mount is soft: after a time-out an error may hide a write that "
                             "was done, or lose one; mount it hard";
    }
}

void examine_overlay(const os::Mount &mount, const Inspector &inspector, Filesystem &filesystem) {
    filesystem.name = "overlay";
    const auto upper = inspector.filesystem_at(mount.option("upperdir"));
    if (mount.has_option("volatile") || mount.option("fsync") == "volatile") { // Linux 6.1; 6.18
        filesystem.best = Variant::link_guard;
        filesystem.reason = "mounted volatile";
        filesystem.concern = "the overlay is mounted volatile: nothing in it survives a crash";
        return;
    }
    if (!upper) {
        filesystem.best = Variant::link_guard;
        filesystem.reason = "the filesystem below it cannot be seen from here";
        filesystem.concern = "what lies below the overlay cannot be told: it may not be durable";
        return;
    }
    filesystem.name = "overlay on " + upper->name;
    filesystem.best = upper->best;
    filesystem.reason = upper->reason;
    filesystem.concern = upper->concern;
}

// Whoever serves it decides what a call does; links are probed for later.
void examine_unknown(const os::Mount &mount, Filesystem &filesystem) {
    filesystem.name = mount.type;
    filesystem.best = Variant::link_guard;
    const bool is_fuse = mount.type.starts_with("fuse");
    filesystem.is_remote = is_fuse || is_one_of(mount.type, {"9p", "ceph", "afs", "virtiofs"});
    filesystem.reason = is_fuse ? "a program serves it, and nothing is known of what it promises"
                                : "nothing is known of what it promises";
}

std::optional<bool> ext_has_journal(const std::string &device) {
    std::array<char, 4096> link{};
    const std::string block = "/sys/dev/block/" + device;
    const ssize_t length = readlink(block.c_str(), link.data(), link.size());
    if (length <= 0) {
        return std::nullopt;
    }
    const std::string_view target(link.data(), static_cast<std::size_t>(length));
    const auto facts =
        os::Directory::open(fmt::format("/sys/fs/ext4/{}", target.substr(target.rfind('/') + 1)));
    const auto task =
        facts ? facts->read_file("journal_task", 4096) : Result<std::string>(fail(facts.error()));
    return task ? std::optional(!task->starts_with("<none>")) : std::nullopt;
}

std::optional<Filesystem> examine_path(const std::string &path) {
    const auto directory = os::Directory::open(path);
    const auto found =
        directory ? examine_filesystem(*directory) : Result<Filesystem>(fail(directory.error()));
    return found ? std::optional(*found) : std::nullopt;
}

} // namespace

const Inspector &system_inspector() {
    static const Inspector instance{ext_has_journal, examine_path};
    return instance;
}

Filesystem classify(const os::Mount &mount, const Inspector &inspector) {
    Filesystem filesystem;
    filesystem.type = mount.type;
    filesystem.mount_point = mount.point;
    for (const Known &known : kKnown) {
        if (known.type == mount.type) {
            filesystem.name = known.name;
            filesystem.best = known.best;
            filesystem.reason = known.reason;
        }
    }
    if (mount.type.starts_with("ext") && !filesystem.name.empty()) {
        examine_ext(mount, inspector, filesystem);
    } else if (is_one_of(mount.type, {"nfs", "nfs4"})) {
        examine_nfs(mount, filesystem);
    } else if (mount.type == "overlay") {
        examine_overlay(mount, inspector, filesystem);
    } else if (filesystem.name.empty()) {
        examine_unknown(mount, filesystem);
    }
    if (is_one_of(mount.type, {"tmpfs", "ramfs"})) {
        filesystem.concern =
            fmt::format("{} lives in memory: this backup does not survive a reboot", mount.type);
    }
    if (is_one_of(mount.type, {"cifs", "smb3"})) {
        filesystem.is_remote = true;
    }
    if (is_one_of(mount.type, {"vfat", "msdos", "exfat", "cifs", "smb3", "ntfs3", "fuseblk"})) {
        filesystem.has_fat_names = true;
    }
    if (is_one_of(mount.type, {"vfat", "msdos"})) {
        filesystem.largest_file = kFatLargestFile;
    }
    if (mount.has_option("nobarrier") || mount.option("barrier") == "0") {
        filesystem.concern = "mounted without barriers: a power cut may lose what was written last";
    }
    return filesystem;
}

Result<Filesystem> examine_filesystem(int fd, const std::string &path) {
    auto mount = os::mount_of(fd);
    if (!mount) {
        return fail(
            std::move(mount).error().within("examine the filesystem of " + os::quoted_path(path)));
    }
    Filesystem filesystem = classify(*mount);
    filesystem.identity = identity_of(fd, *mount, filesystem.is_remote);
    return filesystem;
}

Result<Filesystem> examine_filesystem(const os::Directory &directory) {
    return examine_filesystem(directory.fd(), directory.path());
}

Result<Space> space_of(const os::Directory &directory) {
    struct statvfs info{};
    if (fstatvfs(directory.fd(), &info) != 0) {
        return fail_errno(errno, "examine the filesystem of " + os::quoted_path(directory.path()));
    }
    return Space{static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize,
                 static_cast<std::uint64_t>(info.f_blocks) * info.f_frsize};
}

} // namespace intact::destination
