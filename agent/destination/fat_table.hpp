// The file allocation table of a FAT volume, as far as it takes to tell whether a file has all the
// clusters that its entry claims. Source: Microsoft FAT32 specification 1.03; fs/fat/fatent.c.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

namespace intact::destination {

/// Reads bytes of the volume at an offset; false: not all of them.
using ReadVolume = std::function<bool(std::uint64_t offset, std::span<std::byte> bytes)>;

class FatTable {
public:
    /// From the volume's first sector; nothing: that is none of FAT's.
    static std::optional<FatTable> open(const ReadVolume &read);

    /// Whether the chain that begins at that sector, as FIBMAP tells it, holds `bytes` bytes and
    /// ends as a chain should. What cannot be read is taken for whole.
    bool has_whole_chain(std::uint64_t sector, std::uint64_t bytes) const;

private:
    enum class Entry { next, end, lost, unknown };

    explicit FatTable(ReadVolume read) : read_(std::move(read)) {}

    bool read_boot_sector();
    Entry look(std::uint32_t cluster, std::uint32_t &next) const;

    ReadVolume read_;
    std::uint64_t table_ = 0;      ///< offset of the first table, bytes
    std::uint64_t first_data_ = 0; ///< sector of cluster 2
    std::uint32_t sector_bytes_ = 0;
    std::uint32_t cluster_sectors_ = 0;
    std::uint32_t clusters_ = 0; ///< they are numbered from 2
    unsigned entry_bits_ = 0;    ///< 12, 16 or 32, of which 28 count
};

} // namespace intact::destination
