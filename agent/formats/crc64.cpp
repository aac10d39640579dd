#include "formats/crc64.hpp"

#include <bit>
#include <cstring>

namespace intact::formats {

Crc64::Tables Crc64::tables_of(std::uint64_t polynomial) {
    Tables tables{};
    for (std::size_t byte = 0; byte < 256; ++byte) {
        std::uint64_t crc = byte;
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc & 1) != 0 ? crc >> 1 ^ polynomial : crc >> 1;
        }
        tables[0][byte] = crc;
    }
    for (std::size_t step = 1; step < tables.size(); ++step) {
        for (std::size_t byte = 0; byte < 256; ++byte) {
            const std::uint64_t crc = tables[step - 1][byte];
            tables[step][byte] = crc >> 8 ^ tables[0][crc & 0xff];
        }
    }
    return tables;
}

Crc64 Crc64::redis() {
    static const Tables shared = tables_of(0x95ac9329ac4bc9b5);
    return {shared, 0};
}

Crc64 Crc64::ecma() {
    static const Tables shared = tables_of(0xc96c5795d7870f42);
    return {shared, ~std::uint64_t{0}};
}

void Crc64::update(std::span<const std::byte> bytes) {
    static_assert(std::endian::native == std::endian::little);
    const Tables &tables = *tables_;
    // What eight bytes leave of the remainder; `rest` begins with the table of the last of them.
    const auto fold = [](std::uint64_t word, const Table *rest) {
        return rest[7][word & 0xff] ^ rest[6][word >> 8 & 0xff] ^ rest[5][word >> 16 & 0xff] ^
               rest[4][word >> 24 & 0xff] ^ rest[3][word >> 32 & 0xff] ^
               rest[2][word >> 40 & 0xff] ^ rest[1][word >> 48 & 0xff] ^ rest[0][word >> 56];
    };
    std::uint64_t crc = value_;
    std::size_t i = 0;
    for (; i + 16 <= bytes.size(); i += 16) {
        std::array<std::uint64_t, 2> words{};
        std::memcpy(words.data(), bytes.data() + i, sizeof words);
        crc = fold(crc ^ words[0], &tables[8]) ^ fold(words[1], &tables[0]);
    }
    for (; i < bytes.size(); ++i) {
        crc = crc >> 8 ^ tables[0][(crc ^ std::to_integer<std::uint64_t>(bytes[i])) & 0xff];
    }
    value_ = crc;
}

} // namespace intact::formats
