// Proves that an archive of mongodump is whole: each collection that it announces has ended, with
// its checksum.
#pragma once

#include "formats/byte_walk.hpp"
#include "formats/crc64.hpp"
#include "formats/stream_check.hpp"

#include <map>
#include <string>

namespace intact::formats {

/// Memory: a checksum for each collection that is being written, at most 4,096 at once.
/// Source: mongo-tools, common/archive/spec.md.
class MongoDbCheck final : public StreamCheck {
public:
    MongoDbCheck();
    Result<> feed(std::span<const std::byte> bytes) override { return driver_.feed(bytes); }
    Result<> finish() override { return driver_.finish(); }
    std::optional<std::uint64_t> entries() const override { return announced_; }
    Finding finding() const override { return {"mongodb-archive", "checksum"}; }

private:
    Walk walk();

    WalkedBytes bytes_;
    std::string header_;
    std::map<std::string, Crc64> open_;
    std::uint64_t announced_ = 0;
    std::uint64_t ended_ = 0;
    WalkDriver driver_;
};

} // namespace intact::formats
