// What a disk may hold after the power was cut: choices of logged writes, and the sectors they
// make. Knows no filesystem.
#pragma once

#include "vm/powercut/log.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace intact::powercut {

/// Between two flushes the disk may have kept any of the writes. All writes before the epoch are
/// there, and of those in it the chosen ones.
struct CrashImage {
    std::size_t epoch_begin = 0;   ///< the first entry of the epoch
    std::vector<std::size_t> kept; ///< entries of the epoch, ascending

    /// The last entry that the disk has.
    std::size_t last_entry() const { return kept.empty() ? epoch_begin : kept.back(); }
};

/// The most useful ones first: the disk at each flush, then prefixes and subsets, from entry `from`
/// on before those earlier; among equals in an order that is the same each time. An epoch of few
/// writes gives all its subsets, a longer one its prefixes, every single write left out or alone,
/// and some at random.
std::vector<CrashImage> crash_images(const std::vector<LogEntry> &log, std::size_t from);

/// Whether the power may have been cut after `mark`, an entry of the log, and left this image.
bool may_follow(const std::vector<LogEntry> &log, const CrashImage &image, std::size_t mark);

/// The sectors in which the image differs from the disk before the first entry.
using Sectors = std::map<std::uint64_t, const std::byte *>;
Sectors sectors_of(const std::vector<LogEntry> &log, const CrashImage &image,
                   std::span<const std::byte> before);
std::string digest_of(const Sectors &sectors);

} // namespace intact::powercut
