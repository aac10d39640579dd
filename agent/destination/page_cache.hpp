// Whether a file's bytes will come from storage or from the kernel's memory.
#pragma once

#include <cstdint>

namespace intact::destination {

enum class Residency { none, some };

/// Asks the kernel to drop the file's pages (they must be clean: fsync first) and looks whether it
/// did. When that cannot be told, the answer is `some`. Source: posix_fadvise(2), mincore(2).
Residency drop_cached_pages(int fd, std::uint64_t bytes);

} // namespace intact::destination
