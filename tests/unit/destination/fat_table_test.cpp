#include "destination/fat_table.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <vector>

namespace intact::destination {
namespace {

constexpr std::uint32_t kSectorBytes = 512;

/// A volume in memory whose clusters are one sector each.
class Volume {
public:
    // What tells the kinds apart is the number of clusters alone, and where the table's length
    // lies.
    explicit Volume(unsigned bits) : bits_(bits) {
        const std::uint32_t clusters = bits == 12 ? 100 : bits == 16 ? 5000 : 70000;
        const std::uint32_t table_sectors = (clusters + 2) * bits / 8 / kSectorBytes + 1;
        const std::uint32_t root_sectors = bits == 32 ? 0 : 32;
        bytes_.resize((1 + table_sectors) * kSectorBytes);
        put(11, 2, kSectorBytes);
        put(13, 1, 1);
        put(14, 2, 1);
        put(16, 1, 1);
        put(17, 2, root_sectors * kSectorBytes / 32);
        put(bits == 32 ? 36 : 22, bits == 32 ? 4 : 2, table_sectors);
        first_data_ = 1 + table_sectors + root_sectors;
        put(32, 4, static_cast<std::uint32_t>(first_data_) + clusters);
    }

    void set(std::uint32_t cluster, std::uint32_t next) {
        const std::uint64_t bit = std::uint64_t{cluster} * bits_;
        const std::size_t at = kSectorBytes + bit / 8;
        if (bits_ == 12) {
            const std::uint32_t other = get(at) & (bit % 8 == 0 ? 0xF000u : 0x000Fu);
            put(at, 2, other | next << bit % 8);
        } else {
            put(at, bits_ / 8, next);
        }
    }
    void end(std::uint32_t cluster) { set(cluster, 0xFFFF'FFFF >> (32 - std::min(bits_, 28u))); }

    std::uint64_t sector_of(std::uint32_t cluster) const { return first_data_ + cluster - 2; }

    FatTable table() const {
        return FatTable::open([this](std::uint64_t offset, std::span<std::byte> bytes) {
                   if (offset + bytes.size() > bytes_.size()) {
                       return false;
                   }
                   std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), bytes.size(),
                               bytes.begin());
                   return true;
               })
            .value();
    }

private:
    void put(std::size_t offset, std::size_t length, std::uint32_t value) {
        for (std::size_t at = 0; at < length; ++at) {
            bytes_.at(offset + at) = static_cast<std::byte>(value >> 8 * at);
        }
    }
    std::uint32_t get(std::size_t offset) const {
        return std::to_integer<std::uint32_t>(bytes_[offset]) |
               std::to_integer<std::uint32_t>(bytes_[offset + 1]) << 8;
    }

    unsigned bits_;
    std::vector<std::byte> bytes_;
    std::uint64_t first_data_ = 0;
};

class FatTableTest : public testing::TestWithParam<unsigned> {};

TEST_P(FatTableTest, AChainThatEndsAndIsLongEnoughIsWhole) {
    Volume volume(GetParam());
    volume.set(5, 6);
    volume.set(6, 9);
    volume.end(9);
    const FatTable table = volume.table();
    EXPECT_TRUE(table.has_whole_chain(volume.sector_of(5), 3 * kSectorBytes));
    EXPECT_TRUE(table.has_whole_chain(volume.sector_of(6), 1)) << "more than it claims";
    EXPECT_FALSE(table.has_whole_chain(volume.sector_of(5), 3 * kSectorBytes + 1));
}

TEST_P(FatTableTest, AChainIntoAFreeClusterIsLost) {
    Volume volume(GetParam());
    volume.set(5, 6);
    volume.set(6, 0);
    const FatTable table = volume.table();
    EXPECT_FALSE(table.has_whole_chain(volume.sector_of(5), 2 * kSectorBytes));
    EXPECT_FALSE(table.has_whole_chain(volume.sector_of(6), 1)) << "its only cluster is free";
}

TEST_P(FatTableTest, AChainInACircleOrOutOfTheVolumeIsLost) {
    Volume volume(GetParam());
    volume.set(5, 6);
    volume.set(6, 5);
    volume.set(7, GetParam() == 12 ? 0xF00 : GetParam() == 16 ? 0xF000 : 0x0F00'0000);
    const FatTable table = volume.table();
    EXPECT_FALSE(table.has_whole_chain(volume.sector_of(5), kSectorBytes));
    EXPECT_FALSE(table.has_whole_chain(volume.sector_of(7), kSectorBytes));
    EXPECT_FALSE(table.has_whole_chain(1, kSectorBytes)) << "begins in the table itself";
}

INSTANTIATE_TEST_SUITE_P(Kinds, FatTableTest, testing::Values(12u, 16u, 32u));

TEST(FatTable, WhatIsNoFatIsRefused) {
    const std::vector<std::byte> zeros(kSectorBytes);
    EXPECT_FALSE(FatTable::open([&](std::uint64_t, std::span<std::byte> bytes) {
        std::copy_n(zeros.begin(), bytes.size(), bytes.begin());
        return true;
    }));
    EXPECT_FALSE(FatTable::open([](std::uint64_t, std::span<std::byte>) { return false; }));
}

} // namespace
} // namespace intact::destination
