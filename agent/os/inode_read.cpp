#include "os/inode_read.hpp"

#include "os/file.hpp"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

namespace intact::os {
namespace {

// A file with more pieces than this is archived as if the last piece went on to its end.
constexpr std::size_t kMostExtents = 65536;

// Extended attributes of a descriptor; of one opened with O_PATH by way of /proc, since the f-calls
// refuse those (open(2), O_PATH). The link there leads to the very inode that is open, so that of a
// symlink it is the symlink and not what that points to (proc_pid_fd(5)).
class Attributes {
public:
    Attributes(int fd, OpenedAs how)
        : fd_(fd), link_(how == OpenedAs::path_only ? proc_path(fd) : "") {}

    ssize_t list(char *buffer, std::size_t size) const {
        return link_.empty() ? flistxattr(fd_, buffer, size)
                             : listxattr(link_.c_str(), buffer, size);
    }
    ssize_t get(const char *name, char *buffer, std::size_t size) const {
        return link_.empty() ? fgetxattr(fd_, name, buffer, size)
                             : getxattr(link_.c_str(), name, buffer, size);
    }

    /// What to add to the words about an error.
    std::string_view why_not(int err) const {
        return !link_.empty() && err == ENOENT ? " (it takes /proc, which is not mounted)" : "";
    }

private:
    static std::string proc_path(int fd) { return fmt::format("/proc/self/fd/{}", fd); }
    int fd_;
    std::string link_;
};

// The whole answer of a call that tells its length; nothing on error (errno tells).
template <typename Call>
std::optional<std::string> whole(const Call &call) {
    std::string answer(256, '\0');
    for (;;) {
        const ssize_t length = call(answer.data(), answer.size());
        if (length >= 0) {
            answer.resize(static_cast<std::size_t>(length));
            return answer;
        }
        if (errno != ERANGE) {
            return std::nullopt;
        }
        // It grew between two calls, or was longer than the first guess.
        const ssize_t needed = call(nullptr, 0);
        if (needed < 0) {
            return std::nullopt;
        }
        answer.resize(static_cast<std::size_t>(needed) + 256);
    }
}

bool is_unsupported(int err) {
    return err == ENOTSUP || err == ENOSYS || err == EPERM;
}

void read_xattrs(const Attributes &attributes, const std::string &path, InodeReading &reading) {
    const auto lose = [&](std::string_view what) {
        const int err = errno;
        reading.lost = Error::from_errno(
            err, fmt::format("read {} of {}{}", what, quoted_path(path), attributes.why_not(err)));
    };
    const auto names = whole([&](char *b, std::size_t n) { return attributes.list(b, n); });
    if (!names) {
        if (!is_unsupported(errno)) {
            lose("the extended attributes");
        }
        return;
    }
    for (std::size_t at = 0; at < names->size();) {
        const std::string name = names->c_str() + at;
        at += name.size() + 1;
        auto value =
            whole([&](char *b, std::size_t n) { return attributes.get(name.c_str(), b, n); });
        if (value) {
            reading.inode.xattrs.push_back({name, *std::move(value)});
        } else if (errno != ENODATA) {
            lose("attribute '" + name + "'");
        }
    }
    std::sort(reading.inode.xattrs.begin(), reading.inode.xattrs.end(),
              [](const Xattr &a, const Xattr &b) { return a.name < b.name; });
}

void read_extents(int fd, Inode &inode) {
    const auto size = static_cast<off_t>(inode.size);
    std::vector<Extent> extents;
    off_t at = 0;
    while (at < size) {
        const off_t data = lseek(fd, at, SEEK_DATA);
        if (data < 0 || data >= size) {
            if (data < 0 && errno != ENXIO) {
                return; // this filesystem cannot tell: all of it counts as data
            }
            break;
        }
        off_t hole = extents.size() + 1 < kMostExtents ? lseek(fd, data, SEEK_HOLE) : size;
        if (hole < 0 || hole > size) {
            hole = size;
        }
        extents.push_back(
            {static_cast<std::uint64_t>(data), static_cast<std::uint64_t>(hole - data)});
        at = hole;
    }
    const bool solid =
        extents.size() == 1 && extents[0].offset == 0 && extents[0].length == inode.size;
    if (!solid) {
        inode.sparse = true;
        inode.extents = std::move(extents);
    }
}

Result<> read_target(int fd, const std::string &path, Inode &inode) {
    const auto target = whole([&](char *buffer, std::size_t size) -> ssize_t {
        if (buffer == nullptr) {
            return static_cast<ssize_t>(65536);
        }
        const ssize_t length = readlinkat(fd, "", buffer, size);
        if (length == static_cast<ssize_t>(size)) {
            errno = ERANGE; // readlinkat() cuts without a word
            return -1;
        }
        return length;
    });
    if (!target) {
        return fail_errno(errno, "read link " + quoted_path(path));
    }
    inode.symlink_target = *target;
    return {};
}

} // namespace

FileType file_type(mode_t mode) {
    switch (mode & S_IFMT) {
    case S_IFDIR:
        return FileType::directory;
    case S_IFLNK:
        return FileType::symlink;
    case S_IFIFO:
        return FileType::fifo;
    case S_IFCHR:
        return FileType::character_device;
    case S_IFBLK:
        return FileType::block_device;
    case S_IFSOCK:
        return FileType::socket;
    default:
        return FileType::regular;
    }
}

Result<InodeReading> read_inode(int fd, OpenedAs how, const std::string &path) {
    InodeReading reading;
    if (fstat(fd, &reading.status) != 0) {
        return fail_errno(errno, "stat " + quoted_path(path));
    }
    const struct stat &status = reading.status;
    Inode &inode = reading.inode;
    inode.type = file_type(status.st_mode);
    inode.mode = status.st_mode & 07777;
    inode.uid = status.st_uid;
    inode.gid = status.st_gid;
    inode.mtime = {status.st_mtim.tv_sec, static_cast<std::uint32_t>(status.st_mtim.tv_nsec)};
    inode.device = status.st_dev;
    inode.number = status.st_ino;
    inode.links = status.st_nlink;
    if (inode.type == FileType::character_device || inode.type == FileType::block_device) {
        inode.device_major = major(status.st_rdev);
        inode.device_minor = minor(status.st_rdev);
    }
    if (inode.type == FileType::symlink) {
        INTACT_TRY(read_target(fd, path, inode));
    }
    read_xattrs(Attributes(fd, how), path, reading);
    if (inode.type == FileType::regular) {
        inode.size = static_cast<std::uint64_t>(status.st_size);
        constexpr blkcnt_t kBlock = 512;
        if (how == OpenedAs::readable && status.st_blocks * kBlock < status.st_size) {
            read_extents(fd, inode);
        }
    }
    return reading;
}

} // namespace intact::os
