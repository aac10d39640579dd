// FAT after a power cut: a file's entry may be there and its clusters not. Linux turns the whole
// mount read-only over reading or removing such a file; to rename it does no harm.
#pragma once

#include "os/file.hpp"

#include <string>

namespace intact::destination {

/// Whether the file claims clusters that the volume's own table does not give it. Touches the
/// volume's device, not the file. False also where that cannot be told: that takes CAP_SYS_RAWIO
/// and a device that may be read. Source: fs/fat/fatent.c fat_free_clusters(), fs/fat/cache.c
/// fat_get_cluster().
bool has_lost_clusters(const os::Directory &directory, const std::string &name);

} // namespace intact::destination
