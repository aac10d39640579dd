// What a source gave, as a text to compare.
#pragma once

#include "base/byte_sink.hpp"

#include <string>
#include <vector>

namespace intact::test {

class StringSink final : public ByteSink {
public:
    /// Offers so many bytes at a time.
    explicit StringSink(std::size_t room = 4096) : room_(room) {}

    Result<std::span<std::byte>> space() override { return std::span(room_); }
    void commit(std::size_t count) override {
        text.append(reinterpret_cast<const char *>(room_.data()), count);
    }

    std::string text;

private:
    std::vector<std::byte> room_;
};

} // namespace intact::test
