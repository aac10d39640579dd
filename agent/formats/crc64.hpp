// CRC-64 of bytes as they come, for the two polynomials that dumps use. Knows no format.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace intact::formats {

/// Reflected, sixteen bytes a step.
class Crc64 {
public:
    /// Redis: from zero, as it is. Source: redis, src/crc64.c ("Jones").
    static Crc64 redis();
    /// MongoDB: inverted at both ends. Source: Go, hash/crc64, ECMA.
    static Crc64 ecma();

    void update(std::span<const std::byte> bytes);
    std::uint64_t value() const { return value_ ^ inversion_; }

private:
    using Table = std::array<std::uint64_t, 256>;
    using Tables = std::array<Table, 16>;
    Crc64(const Tables &tables, std::uint64_t inversion)
        : tables_(&tables), inversion_(inversion), value_(inversion) {}
    static Tables tables_of(std::uint64_t polynomial);

    const Tables *tables_;
    std::uint64_t inversion_;
    std::uint64_t value_;
};

} // namespace intact::formats
