// Proves that a tar stream is whole: header checksums, member lengths, the end marker, zeros after
// it.
#pragma once

#include "pipeline/stream_check.hpp"

#include <array>
#include <string>

namespace intact::pipeline {

/// Understands v7, ustar, pax (size overrides) and GNU tar (long names, base-256 numbers, old
/// sparse headers). Source: POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Basic
/// Tar Format".
class TarCheck final : public StreamCheck {
public:
    Result<> feed(std::span<const std::byte> bytes) override;
    Result<> finish() override;
    std::optional<std::uint64_t> entries() const override { return entries_; }

private:
    static constexpr std::size_t kBlock = 512;
    enum class State { header, content, sparse_map, one_zero_block, ended };

    Result<> take_block(std::span<const std::byte, kBlock> block);
    Result<> take_header(std::span<const std::byte, kBlock> block);
    Result<> take_sparse_map(std::span<const std::byte, kBlock> block);
    void begin_content(std::uint64_t bytes);
    void take_content(std::span<const std::byte> bytes);
    void end_content();
    Error broken(std::string_view what) const;

    State state_ = State::header;
    std::array<std::byte, kBlock> partial_{};
    std::size_t partial_bytes_ = 0;
    std::uint64_t position_ = 0;     ///< of the next block
    std::uint64_t content_left_ = 0; ///< with its padding
    std::uint64_t pending_size_ = 0; ///< content to come after an old sparse map
    std::uint64_t entries_ = 0;
    char type_ = '0';
    std::string pax_records_; ///< of the extended header being read, bounded
    std::uint64_t pax_bytes_left_ = 0;
    std::optional<std::uint64_t> pax_size_;
};

} // namespace intact::pipeline
