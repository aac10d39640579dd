// Finds out by a stream's first bytes what it is, and has that proven.
#pragma once

#include "formats/format.hpp"
#include "formats/stream_check.hpp"

#include <memory>
#include <string>

namespace intact::formats {

/// What a stream with these first bytes (512 of them, or all there are) is.
std::optional<Kind> recognise(std::string_view head);

/// What is compressed is looked into, up to three times; what then comes out may be anything.
class AutoCheck final : public StreamCheck {
public:
    /// What becomes of a stream that is none of those known here.
    enum class Unknown : std::uint8_t { refused, taken };
    /// Which of the known ones it may be.
    enum class Among : std::uint8_t { all, sql };

    explicit AutoCheck(Among among, Unknown unknown = Unknown::refused, int depth = 0)
        : among_(among), unknown_(unknown), depth_(depth) {}

    Result<> feed(std::span<const std::byte> bytes) override;
    Result<> finish() override;
    std::optional<std::uint64_t> entries() const override;
    Finding finding() const override;

private:
    Result<> decide();

    const Among among_;
    const Unknown unknown_;
    const int depth_;
    std::string head_;
    bool is_decided_ = false;
    std::unique_ptr<StreamCheck> check_; ///< null once decided: it may be anything
};

} // namespace intact::formats
