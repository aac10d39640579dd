#include "source/files.hpp"

#include "os/file.hpp"
#include "os/inode_read.hpp"
#include "os/shortage.hpp"
#include "source/directory_stack.hpp"
#include "source/exclude.hpp"
#include "source/file_content.hpp"
#include "source/link_table.hpp"
#include "source/name_list.hpp"

#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <memory>

namespace intact::source {
namespace {

constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
constexpr const char *kCacheTag = "CACHEDIR.TAG";
// What a run stages and locks beside its backups.
constexpr std::string_view kOwnFiles = ".intact-";
constexpr std::string_view kShortageHint =
    "free memory, or raise the limit of open files (ulimit -n, LimitNOFILE=, fs.file-max)";
constexpr std::string_view kCacheSignature = "Signature: 8a477f597d28d172789f06886806bc55";

// O_NOATIME spares the source a write for every file read, but only the owner may ask for it.
os::UniqueFd open_quietly(int directory, const char *name, int flags) {
    os::UniqueFd fd(openat(directory, name, flags | O_NOATIME));
    if (!fd && errno == EPERM) {
        fd.reset(openat(directory, name, flags));
    }
    return fd;
}

Result<NameList> list_names(int directory, const std::string &path) {
    const int own = openat(directory, ".", kOpenDirectory);
    const std::unique_ptr<DIR, int (*)(DIR *)> stream(own < 0 ? nullptr : fdopendir(own), closedir);
    if (!stream) {
        return fail_errno(errno, "list " + os::quoted_path(path));
    }
    NameList names;
    errno = 0;
    while (const dirent *entry = readdir(stream.get())) {
        const std::string_view name = static_cast<const char *>(entry->d_name);
        if (name != "." && name != "..") {
            names.add(name);
        }
        errno = 0;
    }
    if (errno != 0) {
        return fail_errno(errno, "list " + os::quoted_path(path));
    }
    names.sort();
    return names;
}

bool is_tagged_as_cache(int directory) {
    const os::UniqueFd fd(
        openat(directory, kCacheTag, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    std::string start(kCacheSignature.size(), '\0');
    return fd &&
           pread(fd.get(), start.data(), start.size(), 0) == static_cast<ssize_t>(start.size()) &&
           start == kCacheSignature;
}

WarningKind kind_of(int err) {
    return err == ENOENT || err == ENOTDIR || err == ESTALE ? WarningKind::vanished
                                                            : WarningKind::unreadable;
}

class Walk {
public:
    Walk(const config::FilesSource &source, const std::optional<DirectoryId> &destination,
         EntrySink &sink, const WarningSink &warn, const std::stop_token &stop)
        : source_(source), destination_(destination), exclude_(source.exclude), sink_(sink),
          warn_(warn), stop_(stop) {}

    Result<> take_root(const std::string &root);

private:
    Result<> visit(int parent, const std::string &name);
    Result<> visit_directory(os::UniqueFd fd);
    Result<> visit_file(int fd, os::OpenedAs how);
    Result<std::optional<os::InodeReading>> look_at(int fd, os::OpenedAs how) const;
    Result<> visit_unopened(int parent, const std::string &name, int err);
    Result<> emit(const os::InodeReading &reading, int content_fd);
    NameList wanted(int directory, NameList names) const;

    bool is_excluded(Exclude::Kind kind) const;
    bool is_destination(const struct stat &status) const {
        return destination_ && status.st_dev == destination_->device &&
               status.st_ino == destination_->number;
    }
    void warn(WarningKind kind, std::string detail) const {
        warn_({kind, path_, std::move(detail)});
    }
    /// Below a source path a mark is what it is for; on the path itself it empties the backup.
    void warn_if_root(const std::string &mark) const {
        if (stack_.empty()) {
            warn(WarningKind::excluded, mark + ": its content is left out");
        }
    }
    /// A warning, unless the error is none of the entry's own.
    Result<> leave_out(int err, const std::string &told) const;
    Result<> leave_out_unopened(int err, std::string_view what) const {
        return leave_out(err, fmt::format("{}: {}", what, strerrordesc_np(err)));
    }
    Result<> stop_if_asked() const {
        return stop_.stop_requested() ? Result<>(fail(ErrorCode::cancelled, "stopped"))
                                      : Result<>();
    }

    const config::FilesSource &source_;
    const std::optional<DirectoryId> destination_;
    const Exclude exclude_;
    EntrySink &sink_;
    const WarningSink &warn_;
    const std::stop_token &stop_;
    FileContent content_;
    DirectoryStack stack_;
    std::string path_; ///< absolute, of the entry being visited
    std::size_t root_length_ = 0;
    dev_t root_device_ = 0;
    LinkTable links_;
};

// A backup that lacks what merely a limit hid would look as good as one of a tree without it.
Result<> Walk::leave_out(int err, const std::string &told) const {
    if (os::is_shortage(err)) {
        return fail(
            Error::from_errno(err, "read " + os::quoted_path(path_)).with_hint(kShortageHint));
    }
    warn(kind_of(err), told);
    return {};
}

Result<> Walk::take_root(const std::string &root) {
    path_ = root;
    while (path_.size() > 1 && path_.back() == '/') {
        path_.pop_back();
    }
    root_length_ = path_ == "/" ? 0 : path_.size();
    // The operator named it, so a symlink is followed here, and only here.
    os::UniqueFd fd = open_quietly(AT_FDCWD, path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct stat status{};
    if (!fd || fstat(fd.get(), &status) != 0) {
        const int err = errno;
        Error error = Error::from_errno(err, "open source " + os::quoted_path(path_));
        return fail(os::is_shortage(err)
                        ? std::move(error).with_hint(kShortageHint)
                        : std::move(error).with_code(ErrorCode::source_unreadable));
    }
    root_device_ = status.st_dev;
    if (!S_ISDIR(status.st_mode)) {
        INTACT_TRY_ASSIGN(const auto reading,
                          os::read_inode(fd.get(), os::OpenedAs::readable, path_));
        return emit(reading, fd.get());
    }
    INTACT_TRY(visit_directory(std::move(fd)));
    if (stack_.empty()) {
        return fail(ErrorCode::source_unreadable, "read source " + os::quoted_path(root));
    }
    while (!stack_.empty()) {
        DirectoryStack::Level &level = stack_.top();
        path_.resize(level.path_length);
        if (level.names.empty()) {
            INTACT_TRY_ASSIGN(const auto lost, stack_.leave());
            for (const std::size_t length : lost) {
                path_.resize(length);
                warn(WarningKind::changed,
                     "was moved away while it was read; what was left in it is missing");
            }
            continue;
        }
        const std::string name = level.names.take();
        if (path_.back() != '/') {
            path_ += '/';
        }
        path_ += name;
        INTACT_TRY(stop_if_asked());
        INTACT_TRY(visit(level.fd.get(), name));
    }
    return {};
}

bool Walk::is_excluded(Exclude::Kind kind) const {
    std::string_view relative = std::string_view(path_).substr(root_length_);
    relative.remove_prefix(relative.starts_with('/') ? 1 : 0);
    return exclude_.matches(path_, relative, kind);
}

Result<> Walk::visit(int parent, const std::string &name) {
    // O_NONBLOCK: a FIFO must not hold us up. What it is, is looked at only once it is open, so
    // that nobody can exchange it in between.
    os::UniqueFd fd = open_quietly(parent, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct stat status{};
    if (!fd || fstat(fd.get(), &status) != 0) {
        const int err = errno;
        return is_excluded(Exclude::Kind::other) ? Result<>() : leave_out_unopened(err, "open");
    }
    const bool is_directory = S_ISDIR(status.st_mode);
    if (is_excluded(is_directory ? Exclude::Kind::directory : Exclude::Kind::other)) {
        return {};
    }
    if (S_ISSOCK(status.st_mode)) {
        warn(WarningKind::unsupported, "a socket: an archive cannot hold it");
        return {};
    }
    if (!is_directory && !S_ISREG(status.st_mode)) {
        return visit_file(fd.get(), os::OpenedAs::path_only);
    }
    os::UniqueFd opened = open_quietly(parent, name.c_str(),
                                       O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC |
                                           (is_directory ? O_DIRECTORY : 0));
    struct stat now{};
    if (!opened) {
        return visit_unopened(parent, name, errno);
    }
    if (fstat(opened.get(), &now) != 0 || now.st_ino != status.st_ino ||
        now.st_dev != status.st_dev) {
        warn(WarningKind::changed, "was exchanged while it was opened; it is missing");
        return {};
    }
    if (is_directory) {
        return visit_directory(std::move(opened));
    }
    return visit_file(opened.get(), os::OpenedAs::readable);
}

// A directory that may not be read keeps its place in the archive; a file does not.
Result<> Walk::visit_unopened(int parent, const std::string &name, int err) {
    const os::UniqueFd fd(
        openat(parent, name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) {
        return leave_out_unopened(err, "open");
    }
    INTACT_TRY(leave_out_unopened(err, "open, its content is missing"));
    return visit_file(fd.get(), os::OpenedAs::path_only);
}

Result<> Walk::visit_directory(os::UniqueFd fd) {
    INTACT_TRY_ASSIGN(const auto reading, look_at(fd.get(), os::OpenedAs::readable));
    if (!reading) {
        return {};
    }
    INTACT_TRY(emit(*reading, -1));
    if (source_.one_file_system && reading->status.st_dev != root_device_) {
        warn(WarningKind::mount, "another filesystem is mounted there: its content is left out");
        return {};
    }
    const bool is_own = is_destination(reading->status);
    if (is_own && !stack_.empty()) {
        warn(WarningKind::destination,
             "the backup is written to it: its content is left out; source.exclude may name it");
        return {};
    }
    auto names = list_names(fd.get(), path_);
    if (!names) {
        return leave_out(names.error().sys_errno(), names.error().message());
    }
    if (is_own) {
        names->drop_with_prefix(kOwnFiles);
    }
    auto kept = wanted(fd.get(), *std::move(names));
    return stack_.enter(std::move(fd), std::move(kept), path_.size());
}

// Leaves out what a directory says of itself: that it is a cache, or that it wants no backup.
NameList Walk::wanted(int directory, NameList names) const {
    for (const std::string &marker : source_.exclude_if_present) {
        if (names.has(marker)) {
            warn_if_root("holds a file " + os::quoted_path(marker));
            return {};
        }
    }
    if (source_.exclude_caches && names.has(kCacheTag) && is_tagged_as_cache(directory)) {
        warn_if_root("is tagged as a cache");
        NameList tag;
        tag.add(kCacheTag);
        return tag;
    }
    return names;
}

// Anything but a directory that can be read.
Result<> Walk::visit_file(int fd, os::OpenedAs how) {
    INTACT_TRY_ASSIGN(const auto reading, look_at(fd, how));
    if (!reading) {
        return {};
    }
    return emit(*reading, how == os::OpenedAs::readable ? fd : -1);
}

// A network filesystem may lose a file that is open already.
Result<std::optional<os::InodeReading>> Walk::look_at(int fd, os::OpenedAs how) const {
    auto reading = os::read_inode(fd, how, path_);
    if (!reading) {
        INTACT_TRY(leave_out(reading.error().sys_errno(), reading.error().message()));
        return std::nullopt;
    }
    return std::optional(*std::move(reading));
}

Result<> Walk::emit(const os::InodeReading &reading, int content_fd) {
    if (reading.lost && os::is_shortage(reading.lost->sys_errno())) {
        return leave_out(reading.lost->sys_errno(), reading.lost->message());
    }
    if (reading.lost) {
        warn(WarningKind::metadata, reading.lost->message());
    }
    Entry entry;
    entry.path = path_ == "/" ? "." : path_.substr(1);
    entry.inode = reading.inode;
    if (reading.inode.links > 1 && reading.inode.type != os::FileType::directory) {
        const struct stat &status = reading.status;
        entry.hard_link_to =
            links_.see({status.st_dev, status.st_ino, status.st_nlink}, entry.path).value_or("");
    }
    INTACT_TRY(sink_.begin(entry));
    if (content_fd >= 0 && entry.hard_link_to.empty() &&
        reading.inode.type == os::FileType::regular) {
        INTACT_TRY_ASSIGN(const auto flaw, content_.copy(content_fd, reading, sink_, stop_));
        if (flaw) {
            constexpr WarningKind kKinds[] = {WarningKind::changed, WarningKind::shrank,
                                              WarningKind::truncated};
            warn(kKinds[static_cast<std::size_t>(flaw->kind)], flaw->detail);
        }
    }
    return sink_.end();
}

} // namespace

Result<> walk_files(const config::FilesSource &source,
                    const std::optional<DirectoryId> &destination, EntrySink &sink,
                    const WarningSink &warn, const std::stop_token &stop) {
    Walk walk(source, destination, sink, warn, stop);
    for (const std::string &path : source.paths) {
        INTACT_TRY(walk.take_root(path));
    }
    return {};
}

} // namespace intact::source
