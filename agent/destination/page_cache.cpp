#include "destination/page_cache.hpp"

#include <algorithm>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

namespace intact::destination {
namespace {

// One window of mincore(2) at a time, so that a large file needs no large answer.
constexpr std::uint64_t kWindowBytes = 1ULL << 30;

Residency residency_of(int fd, std::uint64_t offset, std::size_t length) {
    void *memory = mmap(nullptr, length, PROT_READ, MAP_SHARED, fd, static_cast<off_t>(offset));
    if (memory == MAP_FAILED) {
        return Residency::some;
    }
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    std::vector<unsigned char> resident((length + page - 1) / page);
    const int status = mincore(memory, length, resident.data());
    munmap(memory, length);
    const bool none =
        status == 0 && std::none_of(resident.begin(), resident.end(),
                                    [](unsigned char flags) { return (flags & 1) != 0; });
    return none ? Residency::none : Residency::some;
}

} // namespace

Residency drop_cached_pages(int fd, std::uint64_t bytes) {
    if (posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) != 0) {
        return Residency::some;
    }
    for (std::uint64_t offset = 0; offset < bytes; offset += kWindowBytes) {
        const auto length = static_cast<std::size_t>(std::min(kWindowBytes, bytes - offset));
        if (residency_of(fd, offset, length) == Residency::some) {
            return Residency::some;
        }
    }
    return Residency::none;
}

} // namespace intact::destination
