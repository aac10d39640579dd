// Files and directories by descriptor, with the loops and the error words that every caller needs.
// Knows no backup.
#pragma once

#include "base/error.hpp"
#include "os/sys.hpp"
#include "os/unique_fd.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <vector>

namespace intact::os {

class Directory;

/// A file open for writing, closed with a checked close: on the write path close(2) is a durable
/// call and its failure is final (close(2), NOTES; NFS reports ENOSPC there).
class File {
public:
    File(Sys &sys, int fd, std::string path) : sys_(&sys), fd_(fd), path_(std::move(path)) {}
    File(File &&) noexcept = default;
    File &operator=(File &&) noexcept = default;

    int fd() const { return fd_.get(); }
    const std::string &path() const { return path_; }

    /// Writes all bytes; EINTR and short writes are continued.
    Result<> write_all(std::span<const std::byte> bytes);
    Result<> write_all(std::string_view text);
    /// Reserves space so that a full disk shows before the first byte. A filesystem that cannot
    /// reserve is no error; a full one is.
    Result<> reserve(std::uint64_t bytes);
    Result<> truncate(std::uint64_t bytes);
    Result<> set_mode(mode_t mode);
    /// Starts write-back of a range so that the final fsync has little left; proves nothing and
    /// therefore reports nothing.
    void start_writeback(std::uint64_t offset, std::uint64_t length);
    /// Errors: any failure is final for this file. A second fsync may lie (fsync(2), NOTES).
    Result<> sync();
    Result<> close();
    Result<struct stat> status() const;

private:
    Sys *sys_;
    UniqueFd fd_;
    std::string path_;
};

/// Tells whether two names are one file.
struct FileIdentity {
    std::uint64_t device = 0;
    std::uint64_t number = 0;
    std::uint64_t bytes = 0;
    friend bool operator==(const FileIdentity &, const FileIdentity &) = default;
};

/// What to do when a file of that name exists.
enum class IfExists { fail, replace };

/// An open directory; every name below it is resolved by descriptor, so that a renamed or swapped
/// parent cannot lead a write astray.
class Directory {
public:
    /// Follows symlinks in `path`: it is the operator's own. Errors: not_found, permission_denied,
    /// io.
    static Result<Directory> open(const std::string &path, Sys &sys = kernel());
    /// Makes missing parents (mode 0750), each durable in its parent before the next is made.
    static Result<Directory> make_and_open(const std::string &path, Sys &sys = kernel());

    int fd() const { return fd_.get(); }
    const std::string &path() const { return path_; }
    std::string path_of(std::string_view name) const;

    /// A new file, mode 0600, O_EXCL: never an existing one, never through a symlink.
    Result<File> create(const std::string &name) const;
    /// An existing regular file for reading; a symlink or a special file is an error.
    Result<UniqueFd> open_file(const std::string &name) const;
    /// The whole content. Errors: file_too_large when it has more than `limit` bytes.
    Result<std::string> read_file(const std::string &name, std::size_t limit) const;
    Result<> rename(const std::string &from, const std::string &to, IfExists if_exists) const;
    /// Both names change place in one step. Source: renameat2(2) RENAME_EXCHANGE.
    Result<> exchange(const std::string &a, const std::string &b) const;
    /// A second name for a file. Errors: already_exists.
    Result<> link(const std::string &existing, const std::string &name) const;
    Result<> remove(const std::string &name) const;
    Result<> remove_if_there(const std::string &name) const;
    /// Also where a power cut spoilt what the name leads to.
    Result<bool> has(const std::string &name) const;
    /// Who a name is, asked of whoever serves the filesystem; nothing: no such name.
    Result<std::optional<FileIdentity>> identity(const std::string &name) const;
    /// Makes names created, renamed and removed so far durable.
    Result<> sync() const;
    /// fsync(2) of the file under that name: its data and, on FAT, its directory entry.
    Result<> sync_file(const std::string &name) const;
    /// syncfs(2): what else of the filesystem is still in memory.
    Result<> sync_filesystem() const;
    /// All names but "." and "..", in byte order.
    Result<std::vector<std::string>> names() const;
    Sys &sys() const { return *sys_; }

private:
    Directory(Sys &sys, UniqueFd fd, std::string path)
        : sys_(&sys), fd_(std::move(fd)), path_(std::move(path)) {}
    Sys *sys_;
    UniqueFd fd_;
    std::string path_;
};

/// Reads at most buffer.size() bytes; 0 at the end. EINTR is continued. `path` is for the message.
Result<std::size_t> read_some(Sys &sys, int fd, std::span<std::byte> buffer, std::string_view path);

/// All that is left to read. `path` is for the message. Errors: file_too_large when that is more
/// than `limit` bytes.
Result<std::string> read_to_end(Sys &sys, int fd, std::string_view path, std::size_t limit);

/// "'PATH'", safe for one line: the way every message names a path.
std::string quoted_path(std::string_view path);

} // namespace intact::os
