// For the output of a program whose work is another.
#pragma once

#include "base/byte_sink.hpp"

#include <array>

namespace intact {

/// Takes any number of bytes and keeps none.
class NullSink final : public ByteSink {
public:
    Result<std::span<std::byte>> space() override { return std::span(room_); }
    void commit(std::size_t) override {}

private:
    std::array<std::byte, 4096> room_{};
};

} // namespace intact
