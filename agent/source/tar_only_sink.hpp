// Hands on a tar stream and keeps back what is none: some container runtimes say on stdout that
// they could not start a program. Knows no pod.
#pragma once

#include "base/byte_sink.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace intact::source {

/// Costs a copy of the first bytes only.
class TarOnlySink final : public ByteSink {
public:
    explicit TarOnlySink(ByteSink &inner) : inner_(inner) {}

    Result<std::span<std::byte>> space() override;
    void commit(std::size_t count) override;
    /// After the last byte: a stream too short to be told apart is handed on as well.
    Result<> finish();
    /// Bytes handed on.
    std::uint64_t passed() const { return passed_; }
    /// The runtime's words, at most 4 KiB of them; empty: it was no such thing.
    std::string_view words() const;

private:
    enum class Kind { unknown, tar, words };

    ByteSink &inner_;
    Kind kind_ = Kind::unknown;
    bool must_flush_ = false;
    std::array<char, 4096> first_{};
    std::size_t held_ = 0;
    std::array<char, 4096> ignored_{};
    std::uint64_t passed_ = 0;
};

} // namespace intact::source
