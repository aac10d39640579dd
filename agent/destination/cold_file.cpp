#include "destination/cold_file.hpp"

#include "destination/filesystem.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

namespace intact::destination {
namespace {

// One window of mincore(2) at a time, so that a large file needs no large answer.
constexpr std::uint64_t kWindowBytes = 1ULL << 30;

bool is_resident(int fd, std::uint64_t offset, std::size_t length) {
    void *memory = mmap(nullptr, length, PROT_READ, MAP_SHARED, fd, static_cast<off_t>(offset));
    if (memory == MAP_FAILED) {
        return true;
    }
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    std::vector<unsigned char> resident((length + page - 1) / page);
    const int status = mincore(memory, length, resident.data());
    munmap(memory, length);
    return status != 0 || std::any_of(resident.begin(), resident.end(),
                                      [](unsigned char flags) { return (flags & 1) != 0; });
}

// When it cannot be told, the answer is no.
bool drop_cached_pages(int fd, std::uint64_t bytes) {
    if (posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) != 0) {
        return false;
    }
    for (std::uint64_t offset = 0; offset < bytes; offset += kWindowBytes) {
        if (is_resident(fd, offset,
                        static_cast<std::size_t>(std::min(kWindowBytes, bytes - offset)))) {
            return false;
        }
    }
    return true;
}

// Some accept the flag and refuse the first read.
bool read_directly(int fd) {
    const int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_DIRECT) != 0) {
        return false;
    }
    constexpr std::size_t kBlock = 4096;
    alignas(kBlock) std::array<std::byte, kBlock> block;
    if (pread(fd, block.data(), block.size(), 0) >= 0) {
        return true;
    }
    static_cast<void>(fcntl(fd, F_SETFL, flags));
    return false;
}

} // namespace

std::string_view name_of(ReadLevel level) {
    switch (level) {
    case ReadLevel::stream:
        return "stream";
    case ReadLevel::buffered:
        return "buffered";
    case ReadLevel::cold:
        return "cold";
    case ReadLevel::cold_remote:
        break;
    }
    return "cold-remote";
}

Result<ColdFile> open_cold(const os::Directory &directory, const std::string &name) {
    ColdFile file;
    INTACT_TRY_ASSIGN(file.fd, directory.open_file(name));
    struct stat status{};
    if (fstat(file.fd.get(), &status) != 0) {
        return fail_errno(errno, "stat " + os::quoted_path(directory.path_of(name)));
    }
    file.bytes = static_cast<std::uint64_t>(status.st_size);
    file.is_cold = drop_cached_pages(file.fd.get(), file.bytes) || read_directly(file.fd.get());
    return file;
}

ReadLevel level_of(const ColdFile &file) {
    if (!file.is_cold) {
        return ReadLevel::buffered;
    }
    const auto mount = os::mount_of(file.fd.get());
    return mount && !classify(*mount).is_remote ? ReadLevel::cold : ReadLevel::cold_remote;
}

} // namespace intact::destination
