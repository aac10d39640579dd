#include "destination/fat_table.hpp"

#include <array>

namespace intact::destination {
namespace {

constexpr std::uint32_t kFirstCluster = 2;
constexpr std::size_t kBootBytes = 512;

std::uint32_t little_endian(std::span<const std::byte> bytes) {
    std::uint32_t value = 0;
    for (std::size_t at = bytes.size(); at > 0; --at) {
        value = value << 8 | std::to_integer<std::uint32_t>(bytes[at - 1]);
    }
    return value;
}

} // namespace

std::optional<FatTable> FatTable::open(const ReadVolume &read) {
    FatTable table(read);
    return table.read_boot_sector() ? std::optional(std::move(table)) : std::nullopt;
}

bool FatTable::read_boot_sector() {
    std::array<std::byte, kBootBytes> boot{};
    if (!read_(0, boot)) {
        return false;
    }
    const auto field = [&boot](std::size_t offset, std::size_t length) {
        return little_endian(std::span(boot).subspan(offset, length));
    };
    sector_bytes_ = field(11, 2);
    cluster_sectors_ = field(13, 1);
    const std::uint32_t reserved = field(14, 2);
    const std::uint32_t tables = field(16, 1);
    const std::uint32_t root_entries = field(17, 2);
    const std::uint32_t sectors = field(19, 2) != 0 ? field(19, 2) : field(32, 4);
    const std::uint32_t table_sectors = field(22, 2) != 0 ? field(22, 2) : field(36, 4);
    if (sector_bytes_ < kBootBytes || cluster_sectors_ == 0 || reserved == 0 || tables == 0 ||
        table_sectors == 0) {
        return false;
    }
    constexpr std::uint32_t kRootEntryBytes = 32;
    const std::uint64_t root_sectors =
        (root_entries * kRootEntryBytes + sector_bytes_ - 1) / sector_bytes_;
    table_ = std::uint64_t{reserved} * sector_bytes_;
    first_data_ = reserved + std::uint64_t{tables} * table_sectors + root_sectors;
    if (sectors <= first_data_) {
        return false;
    }
    clusters_ = static_cast<std::uint32_t>((sectors - first_data_) / cluster_sectors_);
    // Their number alone tells the kind; what is small enough for 12 or 16 bits but has the long
    // form of the table's length is FAT32 to Linux.
    constexpr std::uint32_t kMost12 = 4084;
    const bool is_32 = field(22, 2) == 0;
    entry_bits_ = is_32 ? 32 : clusters_ <= kMost12 ? 12 : 16;
    return true;
}

FatTable::Entry FatTable::look(std::uint32_t cluster, std::uint32_t &next) const {
    // An entry of 12 bits lies in two bytes with half of its neighbour's.
    const std::uint64_t bit = std::uint64_t{cluster} * entry_bits_;
    std::array<std::byte, 4> bytes{};
    if (!read_(table_ + bit / 8, std::span(bytes).first(entry_bits_ == 32 ? 4 : 2))) {
        return Entry::unknown;
    }
    constexpr std::uint32_t kCounting = 0x0FFF'FFFF;
    const unsigned bits = entry_bits_ == 32 ? 28 : entry_bits_;
    next = little_endian(bytes) >> (bit % 8) & (kCounting >> (28 - bits));
    const std::uint32_t first_end = (kCounting >> (28 - bits)) - 7;
    if (next >= first_end) {
        return Entry::end;
    }
    return next < kFirstCluster || next >= clusters_ + kFirstCluster ? Entry::lost : Entry::next;
}

bool FatTable::has_whole_chain(std::uint64_t sector, std::uint64_t bytes) const {
    if (sector < first_data_ || (sector - first_data_) / cluster_sectors_ >= clusters_) {
        return false;
    }
    auto cluster =
        static_cast<std::uint32_t>((sector - first_data_) / cluster_sectors_ + kFirstCluster);
    const std::uint64_t cluster_bytes = std::uint64_t{cluster_sectors_} * sector_bytes_;
    const std::uint64_t claimed = (bytes + cluster_bytes - 1) / cluster_bytes;
    // A chain that is longer than the volume runs in a circle.
    for (std::uint64_t length = 1; length <= clusters_; ++length) {
        switch (look(cluster, cluster)) {
        case Entry::next:
            break;
        case Entry::end:
            return length >= claimed;
        case Entry::lost:
            return false;
        case Entry::unknown:
            return true;
        }
    }
    return false;
}

} // namespace intact::destination
