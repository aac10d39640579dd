// A file opened so that its bytes come from storage, not from the kernel's memory of what was
// written: after a failed write that memory may hold what the disk never got.
#pragma once

#include "base/error.hpp"
#include "os/file.hpp"
#include "os/unique_fd.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace intact::destination {

/// Where the bytes that were checked came from. Nothing here proves a drive's own cache.
enum class ReadLevel {
    stream,      ///< not read back: digested as they were written
    buffered,    ///< read back; some pages may have come from this machine's page cache
    cold,        ///< read back past the page cache
    cold_remote, ///< the same; but the server or program that serves it has a cache of its own
};
std::string_view name_of(ReadLevel level);

struct ColdFile {
    os::UniqueFd fd; ///< with O_DIRECT where pages could not be dropped: read whole 4 KiB blocks
    std::uint64_t bytes = 0;
    bool is_cold = false;
};

/// Opens a regular file, has the kernel drop its pages (they must be clean: fsync first) and looks
/// whether it did; where it did not, since somebody has the file mapped, sets O_DIRECT. Errors:
/// those of os::Directory::open_file(). Source: posix_fadvise(2), mincore(2), open(2) O_DIRECT,
/// filesystems.md §2V.
Result<ColdFile> open_cold(const os::Directory &directory, const std::string &name);

/// What may be said of having read all of it.
ReadLevel level_of(const ColdFile &file);

} // namespace intact::destination
