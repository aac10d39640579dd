#include "pipeline/entry_metadata.hpp"

#include "os/file.hpp"
#include "pipeline/posix_acl.hpp"
#include "pipeline/xattr_name.hpp"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <tuple>

namespace intact::pipeline {
namespace {

constexpr std::uint32_t kGroupShift = 3;

os::FileType file_type(unsigned int type) {
    switch (type) {
    case AE_IFDIR:
        return os::FileType::directory;
    case AE_IFLNK:
        return os::FileType::symlink;
    case AE_IFIFO:
        return os::FileType::fifo;
    case AE_IFCHR:
        return os::FileType::character_device;
    case AE_IFBLK:
        return os::FileType::block_device;
    case AE_IFSOCK:
        return os::FileType::socket;
    default:
        return os::FileType::regular;
    }
}

// The pax text of a time before 1970 counts away from zero, and libarchive hands out its two
// halves.
os::TimeStamp read_mtime(archive_entry *entry) {
    os::TimeStamp time{archive_entry_mtime(entry),
                       static_cast<std::uint32_t>(archive_entry_mtime_nsec(entry))};
    if (time.seconds < 0 && time.nanoseconds != 0) {
        time.seconds -= 1;
        time.nanoseconds = 1'000'000'000 - time.nanoseconds;
    }
    return time;
}

std::optional<AclTag> acl_tag(int tag) {
    switch (tag) {
    case ARCHIVE_ENTRY_ACL_USER_OBJ:
        return AclTag::owner;
    case ARCHIVE_ENTRY_ACL_USER:
        return AclTag::user;
    case ARCHIVE_ENTRY_ACL_GROUP_OBJ:
        return AclTag::owning_group;
    case ARCHIVE_ENTRY_ACL_GROUP:
        return AclTag::group;
    case ARCHIVE_ENTRY_ACL_MASK:
        return AclTag::mask;
    case ARCHIVE_ENTRY_ACL_OTHER:
        return AclTag::other;
    default:
        return std::nullopt;
    }
}

// GNU tar stores names without numbers; ours and bsdtar's have the number.
std::optional<std::uint32_t> account_number(AclTag tag, int id, const char *name) {
    if (id != -1) {
        return static_cast<std::uint32_t>(id);
    }
    if (name == nullptr) {
        return std::nullopt;
    }
    if (tag == AclTag::user) {
        const passwd *found = getpwnam(name);
        return found != nullptr ? std::optional<std::uint32_t>(found->pw_uid) : std::nullopt;
    }
    const ::group *found = getgrnam(name);
    return found != nullptr ? std::optional<std::uint32_t>(found->gr_gid) : std::nullopt;
}

void read_acl(archive_entry *entry, int type, std::string_view name, ArchivedEntry &archived) {
    if (archive_entry_acl_reset(entry, type) == 0) {
        return;
    }
    std::vector<AclEntry> acl;
    int entry_type = 0;
    int permissions = 0;
    int tag = 0;
    int id = 0;
    const char *qualifier = nullptr;
    while (archive_entry_acl_next(entry, type, &entry_type, &permissions, &tag, &id, &qualifier) ==
           ARCHIVE_OK) {
        const auto known = acl_tag(tag);
        if (!known) {
            archived.lost_metadata.push_back(fmt::format("{}: an entry of unknown kind", name));
            return;
        }
        AclEntry item{*known, static_cast<std::uint16_t>(permissions & 7), 0};
        if (item.tag == AclTag::user || item.tag == AclTag::group) {
            const auto number = account_number(item.tag, id, qualifier);
            if (!number) {
                archived.lost_metadata.push_back(
                    fmt::format("{}: no account {} on this system", name,
                                os::quoted_path(qualifier != nullptr ? qualifier : "")));
                return;
            }
            item.id = *number;
        }
        if (item.tag == AclTag::mask && type == ARCHIVE_ENTRY_ACL_TYPE_ACCESS) {
            // With a mask, the group bits of a file's mode are the mask (acl(5)); libarchive has
            // put the owning group's permissions there.
            archived.inode.mode = (archived.inode.mode & ~(7u << kGroupShift)) |
                                  static_cast<std::uint32_t>(item.permissions) << kGroupShift;
        }
        acl.push_back(item);
    }
    archived.inode.xattrs.push_back({std::string(name), encode_acl(std::move(acl))});
}

void read_xattrs(archive_entry *entry, ArchivedEntry &archived) {
    std::vector<os::Xattr> &xattrs = archived.inode.xattrs;
    const char *name = nullptr;
    const void *value = nullptr;
    std::size_t size = 0;
    archive_entry_xattr_reset(entry);
    while (archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK) {
        if (name != nullptr) {
            xattrs.push_back(
                {decode_xattr_name(name),
                 size > 0 ? std::string(static_cast<const char *>(value), size) : std::string()});
        }
    }
    read_acl(entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS, kAccessAclName, archived);
    read_acl(entry, ARCHIVE_ENTRY_ACL_TYPE_DEFAULT, kDefaultAclName, archived);
    std::sort(xattrs.begin(), xattrs.end(), [](const os::Xattr &a, const os::Xattr &b) {
        return std::tie(a.name, a.value) < std::tie(b.name, b.value);
    });
    // bsdtar writes each one twice, under its own keyword and under SCHILY's.
    const auto rest = std::unique(xattrs.begin(), xattrs.end(),
                                  [](const auto &a, const auto &b) { return a.name == b.name; });
    xattrs.erase(rest, xattrs.end());
}

void read_extents(archive_entry *entry, os::Inode &inode) {
    std::int64_t offset = 0;
    std::int64_t length = 0;
    if (archive_entry_sparse_reset(entry) == 0) {
        return;
    }
    inode.sparse = true;
    while (archive_entry_sparse_next(entry, &offset, &length) == ARCHIVE_OK) {
        if (length > 0) {
            inode.extents.push_back(
                {static_cast<std::uint64_t>(offset), static_cast<std::uint64_t>(length)});
        }
    }
}

Result<std::uint32_t> account(std::int64_t id, std::string_view what) {
    if (id < 0 || id > 0xffffffffLL) {
        return fail(ErrorCode::archive_damaged, fmt::format("its {} {} is out of range", what, id));
    }
    return static_cast<std::uint32_t>(id);
}

Result<> read_owner_and_size(archive_entry *entry, os::Inode &inode) {
    INTACT_TRY_ASSIGN(inode.uid, account(archive_entry_uid(entry), "owner"));
    INTACT_TRY_ASSIGN(inode.gid, account(archive_entry_gid(entry), "group"));
    if (archive_entry_size_is_set(entry) == 0) {
        return {};
    }
    if (archive_entry_size(entry) < 0) {
        return fail(ErrorCode::archive_damaged, "its size is negative");
    }
    inode.size = static_cast<std::uint64_t>(archive_entry_size(entry));
    return {};
}

} // namespace

Result<ArchivedEntry> read_metadata(archive_entry *entry) {
    ArchivedEntry archived;
    const char *path = archive_entry_pathname(entry);
    if (path == nullptr) {
        return fail(ErrorCode::archive_damaged, "an entry has no name");
    }
    archived.path = path;
    const auto named = [&](Error error) {
        return fail(std::move(error).within("entry " + os::quoted_path(archived.path)));
    };
    os::Inode &inode = archived.inode;
    inode.type = file_type(archive_entry_filetype(entry));
    inode.mode = archive_entry_perm(entry) & 07777;
    inode.mtime = read_mtime(entry);
    if (const char *link = archive_entry_hardlink(entry); link != nullptr) {
        archived.hard_link_to = link;
        inode.type = os::FileType::regular;
    } else if (inode.type == os::FileType::symlink) {
        const char *target = archive_entry_symlink(entry);
        if (target == nullptr) {
            return named(Error(ErrorCode::archive_damaged, "a symbolic link without a target"));
        }
        inode.symlink_target = target;
    } else if (inode.type == os::FileType::character_device ||
               inode.type == os::FileType::block_device) {
        inode.device_major = static_cast<std::uint32_t>(archive_entry_rdevmajor(entry));
        inode.device_minor = static_cast<std::uint32_t>(archive_entry_rdevminor(entry));
    }
    auto read = read_owner_and_size(entry, inode);
    if (!read) {
        return named(std::move(read).error());
    }
    if (inode.type != os::FileType::regular) {
        inode.size = 0;
    } else if (archived.hard_link_to.empty()) {
        read_extents(entry, inode);
    }
    read_xattrs(entry, archived);
    return archived;
}

bool is_about_character_sets(const char *warning) {
    return warning != nullptr &&
           std::string_view(warning).find("can't be converted") != std::string_view::npos;
}

} // namespace intact::pipeline
