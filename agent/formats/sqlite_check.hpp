// Proves that an SQLite database file has all the pages that its header counts.
#pragma once

#include "formats/stream_check.hpp"

#include <array>

namespace intact::formats {

/// Source: sqlite.org, "Database File Format", 1.3.
class SqliteCheck final : public StreamCheck {
public:
    Result<> feed(std::span<const std::byte> bytes) override;
    Result<> finish() override;
    Finding finding() const override { return {"sqlite", "structure"}; }

private:
    std::array<std::byte, 100> header_{};
    std::uint64_t total_ = 0;
};

} // namespace intact::formats
