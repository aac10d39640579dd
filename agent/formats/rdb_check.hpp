// Proves that a Redis database file is whole: magic, version, the opcode of its end and the CRC-64
// of all before it.
#pragma once

#include "formats/crc64.hpp"
#include "formats/stream_check.hpp"

#include <array>

namespace intact::formats {

/// RDB version 5 (Redis 2.6) and newer, Valkey's too. A server with "rdbchecksum no" writes no
/// checksum: then nothing is proven, and the stream refused. `redis-cli --rdb -` leaves the 40
/// digits behind the dump by which the server ends it. Source: redis, src/rdb.c, src/redis-cli.c.
class RdbCheck final : public StreamCheck {
public:
    Result<> feed(std::span<const std::byte> bytes) override;
    Result<> finish() override;
    Finding finding() const override { return {"redis-rdb", "checksum"}; }

private:
    static constexpr std::size_t kHeadBytes = 9;
    static constexpr std::size_t kChecksumBytes = 8;
    static constexpr std::size_t kMarkBytes = 40;

    Result<> check_head() const;
    void digest(std::span<const std::byte> bytes);
    bool ends_in_mark() const;

    Crc64 crc_ = Crc64::redis();
    std::array<std::byte, kHeadBytes> head_{};
    /// The last bytes so far, not in the CRC.
    std::array<std::byte, kChecksumBytes + kMarkBytes> held_{};
    std::size_t held_bytes_ = 0;
    std::uint64_t total_ = 0;
    std::byte last_{}; ///< in the CRC
};

} // namespace intact::formats
