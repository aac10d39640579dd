// Where a source puts its bytes. The pipeline implements it; sources and the archive writer fill
// it.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstring>
#include <span>

namespace intact {

/// A stream of bytes written through borrowed space, so that a read(2) lands where it stays.
/// Thread: one producer at a time.
class ByteSink {
public:
    virtual ~ByteSink() = default;

    /// At least one free byte. Blocks while the consumer is behind (back-pressure).
    /// Errors: cancelled; or, once a later stage failed, cancelled too (that stage owns the error).
    virtual Result<std::span<std::byte>> space() = 0;
    /// The first `count` bytes of the last space() now belong to the stream.
    virtual void commit(std::size_t count) = 0;

    Result<> write(std::span<const std::byte> bytes) {
        while (!bytes.empty()) {
            INTACT_TRY_ASSIGN(const std::span<std::byte> room, space());
            const std::size_t count = std::min(room.size(), bytes.size());
            std::memcpy(room.data(), bytes.data(), count);
            commit(count);
            bytes = bytes.subspan(count);
        }
        return {};
    }
};

} // namespace intact
