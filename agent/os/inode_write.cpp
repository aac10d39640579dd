#include "os/inode_write.hpp"

#include "os/file.hpp"
#include "os/unique_fd.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace intact::os {
namespace {

constexpr std::string_view kAccessAcl = "system.posix_acl_access";
constexpr std::string_view kDefaultAcl = "system.posix_acl_default";
constexpr std::string_view kCapability = "security.capability";
constexpr std::uint32_t kSetIdBits = S_ISUID | S_ISGID;

// One inode by whichever handle its type allows. Paths lead through /proc/self/fd, so that no name
// is resolved a second time.
class Handle {
public:
    Handle(int fd, std::string path, bool is_symlink)
        : fd_(fd), path_(std::move(path)), is_symlink_(is_symlink) {}

    int chown(uid_t uid, gid_t gid) const {
        return fchownat(fd_, "", uid, gid, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW);
    }
    int status(struct stat &out) const { return fstatat(fd_, "", &out, AT_EMPTY_PATH); }
    int chmod(mode_t mode) const {
        return path_.empty() ? fchmod(fd_, mode) : ::chmod(path_.c_str(), mode);
    }
    int set_xattr(const Xattr &xattr) const {
        const char *name = xattr.name.c_str();
        if (path_.empty()) {
            return fsetxattr(fd_, name, xattr.value.data(), xattr.value.size(), 0);
        }
        return is_symlink_
                   ? lsetxattr(path_.c_str(), name, xattr.value.data(), xattr.value.size(), 0)
                   : setxattr(path_.c_str(), name, xattr.value.data(), xattr.value.size(), 0);
    }
    int remove_xattr(std::string_view name) const {
        const std::string text(name);
        return path_.empty() ? fremovexattr(fd_, text.c_str())
                             : removexattr(path_.c_str(), text.c_str());
    }
    bool is_symlink() const { return is_symlink_; }

private:
    int fd_;
    std::string path_; ///< empty: fd is open for more than its path
    bool is_symlink_;
};

void lose(MetadataLoss &loss, const std::string &what) {
    loss.push_back(Error::from_errno(errno, what).message());
}

// Whether the file has the owner and group of the inode, for whatever reason.
bool write_owner(const Handle &handle, const Inode &inode, Ownership ownership,
                 MetadataLoss &loss) {
    if (ownership == Ownership::restore && handle.chown(inode.uid, inode.gid) != 0) {
        lose(loss, fmt::format("owner {}:{}", inode.uid, inode.gid));
    }
    struct stat now{};
    return handle.status(now) == 0 && now.st_uid == inode.uid && now.st_gid == inode.gid;
}

void write_mode(const Handle &handle, const Inode &inode, bool is_owner, MetadataLoss &loss) {
    if (handle.is_symlink()) {
        return;
    }
    std::uint32_t mode = inode.mode;
    if (!is_owner && (mode & kSetIdBits) != 0) {
        mode &= ~kSetIdBits;
        loss.push_back(fmt::format("mode {:04o}: set-id bits left off, its owner is not {}:{}",
                                   inode.mode, inode.uid, inode.gid));
    }
    if (handle.chmod(mode) != 0) {
        lose(loss, fmt::format("mode {:04o}", mode));
    }
}

void remove_acl(const Handle &handle, const Inode &inode, std::string_view name,
                MetadataLoss &loss) {
    const bool wanted = std::any_of(inode.xattrs.begin(), inode.xattrs.end(),
                                    [&](const Xattr &xattr) { return xattr.name == name; });
    if (!wanted && handle.remove_xattr(name) != 0 && errno != ENODATA && errno != EOPNOTSUPP) {
        lose(loss, fmt::format("remove inherited {}", name));
    }
}

void write_xattrs(const Handle &handle, const Inode &inode, bool is_owner, MetadataLoss &loss) {
    if (!handle.is_symlink()) {
        remove_acl(handle, inode, kAccessAcl, loss);
    }
    if (inode.type == FileType::directory) {
        remove_acl(handle, inode, kDefaultAcl, loss);
    }
    for (const Xattr &xattr : inode.xattrs) {
        if (xattr.name == kCapability && !is_owner) {
            loss.push_back(fmt::format("{}: left off, its owner is not {}:{}", xattr.name,
                                       inode.uid, inode.gid));
        } else if (handle.set_xattr(xattr) != 0) {
            lose(loss, "attribute " + quoted_path(xattr.name));
        }
    }
}

std::array<timespec, 2> times_of(const Inode &inode) {
    return {timespec{0, UTIME_OMIT},
            timespec{inode.mtime.seconds, static_cast<long>(inode.mtime.nanoseconds)}};
}

void write_all_but_times(const Handle &handle, const Inode &inode, Ownership ownership,
                         MetadataLoss &loss) {
    const bool is_owner = write_owner(handle, inode, ownership, loss);
    write_mode(handle, inode, is_owner, loss);
    write_xattrs(handle, inode, is_owner, loss);
}

} // namespace

MetadataLoss write_inode(int fd, const Inode &inode, Ownership ownership) {
    MetadataLoss loss;
    write_all_but_times(Handle(fd, "", false), inode, ownership, loss);
    if (futimens(fd, times_of(inode).data()) != 0) {
        lose(loss, "modification time");
    }
    return loss;
}

MetadataLoss write_inode_at(int dir, const std::string &name, const Inode &inode,
                            Ownership ownership) {
    MetadataLoss loss;
    const UniqueFd fd(openat(dir, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) {
        lose(loss, "open for its attributes");
        return loss;
    }
    const bool is_symlink = inode.type == FileType::symlink;
    const std::string path = is_symlink ? fmt::format("/proc/self/fd/{}/{}", dir, name)
                                        : fmt::format("/proc/self/fd/{}", fd.get());
    write_all_but_times(Handle(fd.get(), path, is_symlink), inode, ownership, loss);
    if (utimensat(dir, name.c_str(), times_of(inode).data(), AT_SYMLINK_NOFOLLOW) != 0) {
        lose(loss, "modification time");
    }
    return loss;
}

} // namespace intact::os
