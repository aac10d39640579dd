// FAT after a power cut: two names may hold one chain of clusters, and to remove one of them frees
// what the other one reads.
#pragma once

#include "base/error.hpp"
#include "os/file.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace intact::destination {

/// Where an open file begins on its volume; nothing: it has no block, or that cannot be told, since
/// the question needs CAP_SYS_RAWIO. Reads no table. Source: fs/ioctl.c FIBMAP.
std::optional<std::uint64_t> first_block(int fd);

/// Whether removing `other` takes bytes from `kept`: they begin at the same block. Nothing: that
/// cannot be told. Reads neither. Source: filesystems.md §2R, FAT rule.
std::optional<bool> share_clusters(const os::Directory &directory, const std::string &kept,
                                   const std::string &other);

/// Writes the content of `name` into clusters of its own and gives it that name again; the file it
/// was becomes `aside`, a free name, and must never be removed by us. Durable when it returns.
/// Dying at any call, it leaves under `name` one of two files of the same content.
Result<> give_own_clusters(const os::Directory &directory, const std::string &name,
                           const std::string &aside);

/// A new file `name` with all that `from` reads, durable as far as fsync(2) makes it.
Result<> copy_file(const os::Directory &directory, int from, const std::string &name);

} // namespace intact::destination
