#include "engine/restore_tree.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace intact::engine {
namespace {

constexpr mode_t kPrivateDirectory = 0700;
constexpr mode_t kPrivateFile = 0600;
// Of a directory that the archive has no entry for.
constexpr mode_t kDefaultDirectory = 0755;
// O_PATH, so that a directory which this user may enter but not list is no obstacle.
constexpr int kOpenDirectory = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

std::string parent_part(const std::string &path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

std::string name_part(const std::string &path) {
    return path.substr(path.rfind('/') + 1);
}

bool is_below(const std::string &path, const std::string &directory) {
    return directory.empty() || (path.size() > directory.size() && path.starts_with(directory) &&
                                 path[directory.size()] == '/');
}

} // namespace

Error TreeWriter::about(const std::string &path, std::string_view doing, int err) const {
    return Error::from_errno(err,
                             fmt::format("{} {}", doing, os::quoted_path(target_->path_of(path))));
}

void TreeWriter::warn(WarningKind kind, const std::string &path,
                      const std::vector<std::string> &details) {
    for (const std::string &detail : details) {
        options_.on_warning(Warning{kind, path, detail});
    }
}

void TreeWriter::pass_directory(const std::string &path, const os::Inode &inode) {
    while (!ancestors_.empty() && !is_below(path, ancestors_.back().first)) {
        ancestors_.pop_back();
    }
    ancestors_.emplace_back(path, inode);
    const auto made = directories_.find(path);
    if (made != directories_.end()) {
        made->second = inode;
    }
}

void TreeWriter::remember_made(const std::string &path) {
    std::optional<os::Inode> inode;
    for (const auto &[passed, its_inode] : ancestors_) {
        if (passed == path) {
            inode = its_inode;
        }
    }
    directories_.emplace(path, std::move(inode));
}

Result<os::UniqueFd> TreeWriter::step(int dir, const std::string &component,
                                      const std::string &path, bool make) {
    int fd = sys().openat(dir, component.c_str(), kOpenDirectory, 0);
    if (fd < 0 && errno == ENOENT && make) {
        if (sys().mkdirat(dir, component.c_str(), kPrivateDirectory) != 0 && errno != EEXIST) {
            return fail(about(path, "make directory", errno));
        }
        remember_made(path);
        fd = sys().openat(dir, component.c_str(), kOpenDirectory, 0);
    }
    if (fd >= 0) {
        return os::UniqueFd(fd);
    }
    const int err = errno;
    struct stat status{};
    if ((err == ENOTDIR || err == ELOOP) &&
        fstatat(dir, component.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
        const bool is_link = S_ISLNK(status.st_mode);
        Error error(is_link ? ErrorCode::unsafe_path : ErrorCode::already_exists,
                    fmt::format("{} is {}, not a directory",
                                os::quoted_path(target_->path_of(path)),
                                is_link ? "a symbolic link" : "a file"));
        return fail(is_link
                        ? std::move(error).with_hint(
                              "links below the target are never followed: remove it, or restore "
                              "to the place it leads to")
                        : std::move(error));
    }
    return fail(about(path, "open directory", err));
}

Result<os::UniqueFd> TreeWriter::walk(const std::string &path, bool make) {
    os::UniqueFd dir(sys().openat(target_->fd(), ".", kOpenDirectory, 0));
    if (!dir) {
        return fail(about("", "open directory", errno));
    }
    for (std::size_t start = 0; start < path.size();) {
        const std::size_t end = std::min(path.find('/', start), path.size());
        INTACT_TRY_ASSIGN(
            dir, step(dir.get(), path.substr(start, end - start), path.substr(0, end), make));
        start = end + 1;
    }
    return dir;
}

Result<int> TreeWriter::parent_of(const std::string &path) {
    const std::string parent = parent_part(path);
    if (parent_path_ != parent) {
        parent_path_.reset();
        INTACT_TRY_ASSIGN(parent_, walk(parent, true));
        parent_path_ = parent;
    }
    return parent_.get();
}

Result<bool> TreeWriter::exists(const std::string &path) {
    auto parent = walk(parent_part(path), false);
    if (!parent) {
        if (parent.error().code() == ErrorCode::not_found) {
            return false;
        }
        return fail(std::move(parent).error());
    }
    struct stat status{};
    const std::string name = path.empty() ? "." : name_part(path);
    return fstatat(parent->get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
}

Result<bool> TreeWriter::is_kept(int dir, const std::string &path) {
    struct stat status{};
    if (fstatat(dir, name_part(path).c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) {
            return false;
        }
        return fail(about(path, "look at", errno));
    }
    return options_.existing == Existing::keep;
}

Result<Placed> TreeWriter::make_directory(const std::string &path, const os::Inode &inode) {
    if (path.empty()) {
        const bool keep = options_.existing == Existing::keep && !directories_.contains(path);
        if (!keep) {
            directories_[path] = inode;
        }
        return keep ? Placed::kept : Placed::made;
    }
    INTACT_TRY_ASSIGN(const int dir, parent_of(path));
    const std::string name = name_part(path);
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (sys().mkdirat(dir, name.c_str(), kPrivateDirectory) == 0) {
            directories_[path] = inode;
            return Placed::made;
        }
        if (errno != EEXIST) {
            return fail(about(path, "make directory", errno));
        }
        struct stat status{};
        if (fstatat(dir, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
            return fail(about(path, "look at", errno));
        }
        const bool is_ours = directories_.contains(path);
        if (options_.existing == Existing::keep && !is_ours) {
            return Placed::kept;
        }
        if (S_ISDIR(status.st_mode)) {
            directories_[path] = inode;
            return Placed::made;
        }
        if (sys().unlinkat(dir, name.c_str(), 0) != 0) {
            return fail(about(path, "remove", errno));
        }
    }
    return fail(about(path, "make directory", EEXIST));
}

template <typename Make>
Result<std::string> TreeWriter::with_temporary_name(Make make) {
    for (;;) {
        std::string name = fmt::format(".intact-restore-{}-{}", getpid(), counter_++);
        if (make(name) == 0) {
            return name;
        }
        // Left by a restore that was killed and had our process id.
        if (errno != EEXIST) {
            return fail_errno(errno, "make a temporary file");
        }
    }
}

Result<> TreeWriter::fill(os::File &file, const os::Inode &inode, const Content &content) {
    std::uint64_t position = 0;
    for (;;) {
        INTACT_TRY_ASSIGN(const std::optional<ContentPiece> piece, content());
        if (!piece) {
            break;
        }
        if (piece->offset != position &&
            lseek(file.fd(), static_cast<off_t>(piece->offset), SEEK_SET) < 0) {
            return fail_errno(errno, "seek in " + os::quoted_path(file.path()));
        }
        INTACT_TRY(file.write_all(piece->bytes));
        position = piece->offset + piece->bytes.size();
    }
    if (position != inode.size) {
        return file.truncate(inode.size);
    }
    return {};
}

Result<Placed> TreeWriter::make_file(const std::string &path, const os::Inode &inode,
                                     const Content &content) {
    INTACT_TRY_ASSIGN(const int dir, parent_of(path));
    INTACT_TRY_ASSIGN(const bool kept, is_kept(dir, path));
    if (kept) {
        return Placed::kept;
    }
    int fd = -1;
    auto temporary = with_temporary_name([&](const std::string &name) {
        fd = sys().openat(dir, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                          kPrivateFile);
        return fd < 0 ? -1 : 0;
    });
    if (!temporary) {
        return fail(std::move(temporary).error().within("restore " +
                                                        os::quoted_path(target_->path_of(path))));
    }
    os::File file(sys(), fd, target_->path_of(path));
    Result<> written = fill(file, inode, content);
    if (written) {
        warn(WarningKind::metadata, path, os::write_inode(file.fd(), inode, options_.ownership));
        written = file.close();
    }
    if (!written) {
        sys().unlinkat(dir, temporary->c_str(), 0);
        return fail(std::move(written).error());
    }
    return publish(dir, *temporary, path);
}

Result<> TreeWriter::make_node(int dir, const std::string &name, const os::Inode &inode) {
    const mode_t mode = kPrivateFile;
    int made = -1;
    switch (inode.type) {
    case os::FileType::symlink:
        made = symlinkat(inode.symlink_target.c_str(), dir, name.c_str());
        break;
    case os::FileType::fifo:
        made = mknodat(dir, name.c_str(), mode | S_IFIFO, 0);
        break;
    case os::FileType::character_device:
    case os::FileType::block_device:
        made = mknodat(dir, name.c_str(),
                       mode | (inode.type == os::FileType::block_device ? S_IFBLK : S_IFCHR),
                       makedev(inode.device_major, inode.device_minor));
        break;
    default:
        errno = EOPNOTSUPP;
        break;
    }
    return made == 0 ? Result<>() : fail_errno(errno, "make it");
}

Result<Placed> TreeWriter::make_special(const std::string &path, const os::Inode &inode) {
    INTACT_TRY_ASSIGN(const int dir, parent_of(path));
    INTACT_TRY_ASSIGN(const bool kept, is_kept(dir, path));
    if (kept) {
        return Placed::kept;
    }
    std::optional<Error> refused;
    auto temporary = with_temporary_name([&](const std::string &name) {
        auto made = make_node(dir, name, inode);
        if (made) {
            return 0;
        }
        refused = std::move(made).error();
        errno = refused->sys_errno();
        return -1;
    });
    if (!temporary) {
        const int err = temporary.error().sys_errno();
        if (inode.type != os::FileType::symlink && (err == EPERM || err == EOPNOTSUPP)) {
            INTACT_TRY_ASSIGN(const bool is_other_there, exists(path));
            warn(WarningKind::unsupported, path,
                 {refused->message() +
                  (is_other_there ? "; what has its name is left as it was" : "")});
            return Placed::left_out;
        }
        return fail(std::move(temporary).error().within("restore " +
                                                        os::quoted_path(target_->path_of(path))));
    }
    warn(WarningKind::metadata, path,
         os::write_inode_at(dir, *temporary, inode, options_.ownership));
    return publish(dir, *temporary, path);
}

Result<std::optional<Placed>> TreeWriter::make_link(const std::string &path,
                                                    const std::string &existing) {
    INTACT_TRY_ASSIGN(const int dir, parent_of(path));
    INTACT_TRY_ASSIGN(const bool kept, is_kept(dir, path));
    if (kept) {
        return Placed::kept;
    }
    auto from = walk(parent_part(existing), false);
    if (!from) {
        if (from.error().code() == ErrorCode::not_found) {
            return std::nullopt;
        }
        return fail(
            std::move(from).error().within("link " + os::quoted_path(target_->path_of(path))));
    }
    const std::string from_name = name_part(existing);
    auto temporary = with_temporary_name([&](const std::string &name) {
        return sys().linkat(from->get(), from_name.c_str(), dir, name.c_str(), 0);
    });
    if (!temporary) {
        const int err = temporary.error().sys_errno();
        if (err == ENOENT || err == EXDEV || err == EMLINK || err == EPERM || err == EOPNOTSUPP) {
            return std::nullopt;
        }
        return fail(
            std::move(temporary).error().within("link " + os::quoted_path(target_->path_of(path))));
    }
    INTACT_TRY_ASSIGN(const Placed placed, publish(dir, *temporary, path));
    // rename(2) of one link onto another of the same file does nothing, and leaves both.
    sys().unlinkat(dir, temporary->c_str(), 0);
    return placed;
}

Result<> TreeWriter::finish_directory(const std::string &path,
                                      const std::optional<os::Inode> &inode) {
    INTACT_TRY_ASSIGN(const os::UniqueFd found, walk(path, false));
    const os::UniqueFd dir(sys().openat(found.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0));
    if (!dir) {
        return fail(about(path, "open directory", errno));
    }
    if (inode) {
        warn(WarningKind::metadata, path, os::write_inode(dir.get(), *inode, options_.ownership));
    } else if (sys().fchmod(dir.get(), kDefaultDirectory) != 0) {
        return fail(about(path, "set mode of directory", errno));
    }
    return {};
}

Result<> TreeWriter::finish() {
    parent_path_.reset();
    // In reverse order of names a directory comes before the one that holds it.
    for (auto made = directories_.rbegin(); made != directories_.rend(); ++made) {
        if (auto done = finish_directory(made->first, made->second); !done) {
            options_.on_refused(std::move(done).error());
        }
    }
    directories_.clear();
    if (syncfs(target_->fd()) != 0) {
        return fail(about("", "write out what was restored to", errno));
    }
    return {};
}

} // namespace intact::engine
