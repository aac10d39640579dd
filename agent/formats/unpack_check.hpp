// Proves that a compressed stream is whole by unpacking it, and what is inside by another check.
#pragma once

#include "formats/codec.hpp"
#include "formats/stream_check.hpp"

#include <memory>
#include <vector>

namespace intact::formats {

/// Reads every member to its end and checksum, concatenated ones as the format's own tool does,
/// and zeros after them where that tool takes them. What comes out goes to the inner check.
class UnpackCheck final : public StreamCheck {
public:
    /// `inner` may be null: what is compressed is then anything.
    UnpackCheck(std::unique_ptr<Codec> codec, std::unique_ptr<StreamCheck> inner);

    Result<> feed(std::span<const std::byte> bytes) override;
    Result<> finish() override;
    std::optional<std::uint64_t> entries() const override;
    Finding finding() const override;

private:
    enum class State { between, inside, padding };

    Result<> begin_member(std::span<const std::byte> bytes);
    Result<std::size_t> unpack(std::span<const std::byte> bytes);
    Result<std::size_t> pass_zeros(std::span<const std::byte> bytes);
    Error broken(std::string_view what) const;
    Error inside(Error error) const;

    const std::unique_ptr<Codec> codec_;
    const std::unique_ptr<StreamCheck> inner_;
    std::vector<std::byte> out_;
    State state_ = State::between;
    std::uint64_t position_ = 0;
    std::uint64_t members_ = 0; ///< begun
    std::uint64_t member_at_ = 0;
    std::uint64_t zeros_ = 0;
};

} // namespace intact::formats
