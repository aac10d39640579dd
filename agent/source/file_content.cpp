#include "source/file_content.hpp"

#include "os/shortage.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace intact::source {
namespace {

constexpr std::size_t kBufferBytes = 256u << 10;
constexpr std::uint64_t kLargeBytes = 4u << 20;

bool same_time(const timespec &a, const timespec &b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

// ctime moves with every change of content, and no program can set it back.
std::optional<ContentFlaw> look_for_change(int fd, const os::InodeReading &reading) {
    struct stat now{};
    if (fstat(fd, &now) == 0 && now.st_size == reading.status.st_size &&
        same_time(now.st_ctim, reading.status.st_ctim)) {
        return std::nullopt;
    }
    return ContentFlaw{
        ContentFlaw::Kind::changed,
        fmt::format("changed while it was read; its first {} bytes are kept", reading.inode.size)};
}

} // namespace

FileContent::FileContent() : buffer_(kBufferBytes) {}

Result<std::optional<ContentFlaw>> FileContent::copy(int fd, const os::InodeReading &reading,
                                                     EntrySink &sink, const std::stop_token &stop) {
    const os::Inode &inode = reading.inode;
    if (inode.size >= kLargeBytes) {
        posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    const std::vector<os::Extent> all{{0, inode.size}};
    std::uint64_t at = 0;
    for (const os::Extent &extent : inode.sparse ? inode.extents : all) {
        if (extent.offset > at) {
            INTACT_TRY(sink.hole(extent.offset - at));
        }
        INTACT_TRY_ASSIGN(auto flaw, copy_data(fd, extent.offset, extent.length, sink, stop));
        at = extent.offset + extent.length;
        if (flaw) {
            if (at < inode.size) {
                INTACT_TRY(sink.hole(inode.size - at));
            }
            return flaw;
        }
    }
    if (at < inode.size) {
        INTACT_TRY(sink.hole(inode.size - at));
    }
    return look_for_change(fd, reading);
}

// Always hands on `length` bytes: where the file has no more, zeros stand in.
Result<std::optional<ContentFlaw>> FileContent::copy_data(int fd, std::uint64_t offset,
                                                          std::uint64_t length, EntrySink &sink,
                                                          const std::stop_token &stop) {
    std::optional<ContentFlaw> flaw;
    for (std::uint64_t done = 0; done < length;) {
        if (stop.stop_requested()) {
            return fail(ErrorCode::cancelled, "stopped");
        }
        const auto want =
            static_cast<std::size_t>(std::min<std::uint64_t>(length - done, buffer_.size()));
        ssize_t count = static_cast<ssize_t>(want);
        if (!flaw) {
            count = pread(fd, buffer_.data(), want, static_cast<off_t>(offset + done));
            if (count < 0 && errno == EINTR) {
                continue;
            }
            if (count < 0 && os::is_shortage(errno)) {
                return fail_errno(errno, "read a file's content");
            }
            if (count <= 0) {
                const std::uint64_t read = offset + done;
                flaw =
                    count == 0
                        ? ContentFlaw{ContentFlaw::Kind::shrank,
                                      fmt::format("ended after {} bytes; the rest is zeros", read)}
                        : ContentFlaw{ContentFlaw::Kind::truncated,
                                      fmt::format("{} at byte {}; the rest is zeros",
                                                  strerrordesc_np(errno), read)};
                std::fill(buffer_.begin(), buffer_.end(), std::byte{0});
                continue;
            }
        }
        INTACT_TRY(sink.data(std::span(buffer_).first(static_cast<std::size_t>(count))));
        done += static_cast<std::uint64_t>(count);
    }
    return flaw;
}

} // namespace intact::source
