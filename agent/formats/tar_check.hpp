// Proves that a tar stream is whole: header checksums, member lengths, the end mark, and after it
// no more zeros than the last record's padding.
#pragma once

#include "formats/pax_records.hpp"
#include "formats/stream_check.hpp"

#include <array>
#include <string_view>

namespace intact::formats {

/// Learns of members as they pass, for what is made of a tar.
class TarObserver {
public:
    virtual ~TarObserver() = default;
    /// `name` is that of the header, at most 100 bytes. Not called for extended headers.
    virtual Result<> member(std::string_view name) = 0;
    /// Of the member before, without its padding.
    virtual Result<> content(std::span<const std::byte> bytes) = 0;
};

/// Understands v7, ustar, pax (size overrides) and GNU tar (long names, base-256 numbers, old
/// sparse headers). Source: POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Basic
/// Tar Format" and "Blocking Factor".
class TarCheck final : public StreamCheck {
public:
    static constexpr std::size_t kBlock = 512;

    explicit TarCheck(TarObserver *observer = nullptr) : observer_(observer) {}

    Result<> feed(std::span<const std::byte> bytes) override;
    Result<> finish() override;
    std::optional<std::uint64_t> entries() const override { return entries_; }
    Finding finding() const override { return {"tar", "structure"}; }

private:
    enum class State { header, content, sparse_map, one_zero_block, ended };

    Result<> take_block(std::span<const std::byte, kBlock> block);
    Result<> take_header(std::span<const std::byte, kBlock> block);
    Result<> take_sparse_map(std::span<const std::byte, kBlock> block);
    void begin_content(std::uint64_t bytes);
    Result<> take_content(std::span<const std::byte> bytes);
    Result<> end_content();
    Result<> check_padding() const;
    Error broken(std::string_view what) const;

    TarObserver *const observer_;
    State state_ = State::header;
    std::array<std::byte, kBlock> partial_{};
    std::size_t partial_bytes_ = 0;
    std::uint64_t position_ = 0;     ///< of the next block
    std::uint64_t end_ = 0;          ///< after the end mark
    std::uint64_t content_left_ = 0; ///< with its padding
    std::uint64_t content_at_ = 0;   ///< where it began
    std::uint64_t padding_ = 0;      ///< of the content
    std::uint64_t pending_size_ = 0; ///< content to come after an old sparse map
    std::uint64_t entries_ = 0;
    bool is_extended_ = false; ///< the content is a pax extended header
    bool is_entry_ = false;    ///< the content is an entry's
    PaxRecords pax_records_;
    std::optional<std::uint64_t> pax_size_;
};

/// Whether a block is a member's header.
bool is_tar_header(std::span<const std::byte, TarCheck::kBlock> block);

} // namespace intact::formats
