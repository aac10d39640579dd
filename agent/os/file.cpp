#include "os/file.hpp"

#include "base/text.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>

namespace intact::os {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

} // namespace

std::string quoted_path(std::string_view path) {
    return fmt::format("'{}'", one_line(path));
}

Result<std::size_t> read_some(Sys &sys, int fd, std::span<std::byte> buffer,
                              std::string_view path) {
    for (;;) {
        const ssize_t count = sys.read(fd, buffer.data(), buffer.size());
        if (count >= 0) {
            return static_cast<std::size_t>(count);
        }
        if (errno != EINTR) {
            return fail_errno(errno, "read " + quoted_path(path));
        }
    }
}

Result<std::string> read_to_end(Sys &sys, int fd, std::string_view path, std::size_t limit) {
    std::string content;
    std::array<std::byte, 16384> buffer{};
    for (;;) {
        INTACT_TRY_ASSIGN(const std::size_t count, read_some(sys, fd, buffer, path));
        if (count == 0) {
            return content;
        }
        if (content.size() + count > limit) {
            return fail(ErrorCode::file_too_large,
                        fmt::format("read {}: more than {} bytes", quoted_path(path), limit));
        }
        content.append(reinterpret_cast<const char *>(buffer.data()), count);
    }
}

Result<> File::write_all(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t count = sys_->write(fd_.get(), bytes.data(), bytes.size());
        if (count < 0) {
            if (errno == EINTR) {
                continue;
            }
            return fail_errno(errno, "write " + quoted_path(path_));
        }
        if (count == 0) {
            return fail(ErrorCode::io, "write " + quoted_path(path_) + ": the kernel took no byte");
        }
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return {};
}

Result<> File::write_all(std::string_view text) {
    return write_all(bytes_of(text));
}

Result<> File::reserve(std::uint64_t bytes) {
    if (bytes == 0 ||
        sys_->fallocate(fd_.get(), FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(bytes)) == 0) {
        return {};
    }
    // Not posix_fallocate(): where the filesystem cannot reserve, that one writes zeros instead.
    if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG) {
        return fail_errno(errno, fmt::format("reserve {} bytes for {}", bytes, quoted_path(path_)));
    }
    return {};
}

Result<> File::truncate(std::uint64_t bytes) {
    if (sys_->ftruncate(fd_.get(), static_cast<off_t>(bytes)) != 0) {
        return fail_errno(
            errno, fmt::format("set the length of {} to {} bytes", quoted_path(path_), bytes));
    }
    return {};
}

Result<> File::set_mode(mode_t mode) {
    if (sys_->fchmod(fd_.get(), mode) != 0) {
        return fail_errno(errno, fmt::format("set mode {:04o} on {}", mode, quoted_path(path_)));
    }
    return {};
}

void File::start_writeback(std::uint64_t offset, std::uint64_t length) {
    sys_->sync_file_range(fd_.get(), static_cast<off_t>(offset), static_cast<off_t>(length),
                          SYNC_FILE_RANGE_WRITE);
}

Result<> File::sync() {
    // No retry, not even on EINTR: after a failed fsync the kernel may have dropped the dirty pages
    // and forgotten the error, so that a second call reports a success that is none (fsync(2),
    // NOTES).
    if (sys_->fsync(fd_.get()) != 0) {
        return fail_errno(errno, "fsync " + quoted_path(path_));
    }
    return {};
}

Result<> File::close() {
    // On Linux the descriptor is gone whatever close(2) returns, EINTR included: never close it
    // twice.
    if (sys_->close(fd_.release()) != 0) {
        return fail_errno(errno, "close " + quoted_path(path_));
    }
    return {};
}

Result<struct stat> File::status() const {
    struct stat status{};
    if (fstat(fd_.get(), &status) != 0) {
        return fail_errno(errno, "stat " + quoted_path(path_));
    }
    return status;
}

} // namespace intact::os
