#include "os/file.hpp"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <memory>

namespace intact::os {
namespace {

// O_PATH would not trigger an automount; a plain open does (open(2)).
constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

std::string parent_of(const std::string &path) {
    const std::size_t end = path.find_last_not_of('/');
    const std::size_t slash =
        end == std::string::npos ? std::string::npos : path.find_last_of('/', end);
    if (slash == std::string::npos) {
        return ".";
    }
    const std::size_t parent_end = path.find_last_not_of('/', slash);
    return parent_end == std::string::npos ? "/" : path.substr(0, parent_end + 1);
}

std::string name_in_parent(const std::string &path) {
    const std::size_t end = path.find_last_not_of('/');
    const std::size_t slash = path.find_last_of('/', end);
    const std::size_t start = slash == std::string::npos ? 0 : slash + 1;
    return path.substr(start, end - start + 1);
}

} // namespace

Result<Directory> Directory::open(const std::string &path, Sys &sys) {
    UniqueFd fd(::open(path.c_str(), kOpenDirectory));
    if (!fd) {
        return fail_errno(errno, "open directory " + quoted_path(path));
    }
    return Directory(sys, std::move(fd), path);
}

Result<Directory> Directory::make_and_open(const std::string &path, Sys &sys) {
    auto found = open(path, sys);
    if (found || found.error().sys_errno() != ENOENT || parent_of(path) == path) {
        return found;
    }
    INTACT_TRY_ASSIGN(const Directory parent, make_and_open(parent_of(path), sys));
    const std::string name = name_in_parent(path);
    if (sys.mkdirat(parent.fd(), name.c_str(), 0750) != 0 && errno != EEXIST) {
        return fail_errno(errno, "make directory " + quoted_path(path));
    }
    // The new name must be durable before anything inside it is worth keeping.
    INTACT_TRY(parent.sync());
    return open(path, sys);
}

std::string Directory::path_of(std::string_view name) const {
    return fmt::format("{}{}{}", path_, path_.ends_with('/') ? "" : "/", name);
}

Result<File> Directory::create(const std::string &name) const {
    const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    const int fd = sys_->openat(fd_.get(), name.c_str(), flags, 0600);
    if (fd < 0) {
        return fail_errno(errno, "create " + quoted_path(path_of(name)));
    }
    return File(*sys_, fd, path_of(name));
}

Result<UniqueFd> Directory::open_file(const std::string &name) const {
    // O_NONBLOCK: a FIFO of that name must not hold us up.
    const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    UniqueFd fd(::openat(fd_.get(), name.c_str(), flags));
    if (!fd) {
        return fail_errno(errno, "open " + quoted_path(path_of(name)));
    }
    struct stat status{};
    if (fstat(fd.get(), &status) != 0) {
        return fail_errno(errno, "stat " + quoted_path(path_of(name)));
    }
    if (!S_ISREG(status.st_mode)) {
        return fail(ErrorCode::io, "open " + quoted_path(path_of(name)) + ": not a regular file");
    }
    return fd;
}

Result<std::string> Directory::read_file(const std::string &name, std::size_t limit) const {
    INTACT_TRY_ASSIGN(const UniqueFd fd, open_file(name));
    return read_to_end(*sys_, fd.get(), path_of(name), limit);
}

Result<> Directory::rename(const std::string &from, const std::string &to,
                           IfExists if_exists) const {
    const unsigned flags = if_exists == IfExists::fail ? RENAME_NOREPLACE : 0U;
    if (sys_->renameat2(fd_.get(), from.c_str(), fd_.get(), to.c_str(), flags) != 0) {
        return fail_errno(errno, fmt::format("rename {} to '{}'", quoted_path(path_of(from)), to));
    }
    return {};
}

Result<> Directory::exchange(const std::string &a, const std::string &b) const {
    if (sys_->renameat2(fd_.get(), a.c_str(), fd_.get(), b.c_str(), RENAME_EXCHANGE) != 0) {
        return fail_errno(errno, fmt::format("exchange {} with '{}'", quoted_path(path_of(a)), b));
    }
    return {};
}

Result<> Directory::link(const std::string &existing, const std::string &name) const {
    if (sys_->linkat(fd_.get(), existing.c_str(), fd_.get(), name.c_str(), 0) != 0) {
        return fail_errno(errno,
                          fmt::format("link {} to '{}'", quoted_path(path_of(existing)), name));
    }
    return {};
}

Result<> Directory::remove(const std::string &name) const {
    if (sys_->unlinkat(fd_.get(), name.c_str(), 0) != 0) {
        return fail_errno(errno, "remove " + quoted_path(path_of(name)));
    }
    return {};
}

Result<> Directory::remove_if_there(const std::string &name) const {
    if (sys_->unlinkat(fd_.get(), name.c_str(), 0) != 0 && errno != ENOENT) {
        return fail_errno(errno, "remove " + quoted_path(path_of(name)));
    }
    return {};
}

Result<bool> Directory::has(const std::string &name) const {
    struct stat status{};
    if (fstatat(fd_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
        return true;
    }
    if (errno == ENOENT) {
        return false;
    }
    // The filesystem found what the name leads to broken; the name it found.
    if (errno == EUCLEAN || errno == EBADMSG) {
        return true;
    }
    return fail_errno(errno, "stat " + quoted_path(path_of(name)));
}

Result<std::optional<FileIdentity>> Directory::identity(const std::string &name) const {
    struct statx facts{};
    if (statx(fd_.get(), name.c_str(), AT_SYMLINK_NOFOLLOW | AT_STATX_FORCE_SYNC,
              STATX_INO | STATX_SIZE, &facts) != 0) {
        if (errno == ENOENT) {
            return std::nullopt;
        }
        return fail_errno(errno, "stat " + quoted_path(path_of(name)));
    }
    return FileIdentity{(std::uint64_t{facts.stx_dev_major} << 32) | facts.stx_dev_minor,
                        facts.stx_ino, facts.stx_size};
}

Result<> Directory::sync_file(const std::string &name) const {
    INTACT_TRY_ASSIGN(const UniqueFd fd, open_file(name));
    if (sys_->fsync(fd.get()) != 0) {
        return fail_errno(errno, "fsync " + quoted_path(path_of(name)));
    }
    return {};
}

Result<> Directory::sync_filesystem() const {
    if (sys_->syncfs(fd_.get()) != 0) {
        return fail_errno(errno, "syncfs " + quoted_path(path_));
    }
    return {};
}

Result<> Directory::sync() const {
    if (sys_->fsync(fd_.get()) != 0) {
        return fail_errno(errno, "fsync directory " + quoted_path(path_));
    }
    return {};
}

Result<std::vector<std::string>> Directory::names() const {
    // A descriptor of its own: readdir() would move the offset that other users of ours share.
    const int own = ::openat(fd_.get(), ".", kOpenDirectory);
    const std::unique_ptr<DIR, int (*)(DIR *)> stream(own < 0 ? nullptr : fdopendir(own), closedir);
    if (!stream) {
        return fail_errno(errno, "list " + quoted_path(path_));
    }
    std::vector<std::string> names;
    for (;;) {
        errno = 0;
        const dirent *entry = readdir(stream.get());
        if (entry == nullptr) {
            break;
        }
        const std::string_view name = static_cast<const char *>(entry->d_name);
        if (name != "." && name != "..") {
            names.emplace_back(name);
        }
    }
    if (errno != 0) {
        return fail_errno(errno, "list " + quoted_path(path_));
    }
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace intact::os
