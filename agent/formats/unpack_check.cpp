#include "formats/unpack_check.hpp"

#include "formats/incomplete.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace intact::formats {
namespace {

constexpr std::size_t kOutBytes = 128u << 10; // stays in the processor's cache

} // namespace

UnpackCheck::UnpackCheck(std::unique_ptr<Codec> codec, std::unique_ptr<StreamCheck> inner)
    : codec_(std::move(codec)), inner_(std::move(inner)), out_(kOutBytes) {}

Error UnpackCheck::broken(std::string_view what) const {
    return incomplete(codec_->name(), position_, what);
}

Error UnpackCheck::inside(Error error) const {
    return std::move(error).within(fmt::format("inside {}", codec_->name()));
}

Result<> UnpackCheck::feed(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        if (state_ == State::between) {
            INTACT_TRY(begin_member(bytes));
        }
        INTACT_TRY_ASSIGN(const std::size_t count,
                          state_ == State::padding ? pass_zeros(bytes) : unpack(bytes));
        position_ += count;
        bytes = bytes.subspan(count);
    }
    return {};
}

Result<> UnpackCheck::begin_member(std::span<const std::byte> bytes) {
    if (members_ > 0 && codec_->padding() != Padding::none && bytes.front() == std::byte{0}) {
        state_ = State::padding;
        zeros_ = 0;
        return {};
    }
    if (!codec_->begin()) {
        return fail(ErrorCode::out_of_resources,
                    fmt::format("no memory to unpack {}", codec_->name()));
    }
    ++members_;
    member_at_ = position_;
    state_ = State::inside;
    return {};
}

Result<std::size_t> UnpackCheck::unpack(std::span<const std::byte> bytes) {
    std::size_t taken = 0;
    for (;;) {
        const Codec::Moved moved = codec_->step(bytes.subspan(taken), out_);
        taken += moved.in;
        if (!moved.damage.empty()) {
            return fail(broken(fmt::format("expected sound data of member {}, which begins at byte "
                                           "{}, found: {}",
                                           members_, member_at_, moved.damage)));
        }
        if (inner_ && moved.out > 0) {
            if (auto fed = inner_->feed(std::span(out_).first(moved.out)); !fed) {
                return fail(inside(std::move(fed).error()));
            }
        }
        if (moved.ended) {
            state_ = State::between;
            return taken;
        }
        // An output that was filled to its last byte may leave more inside the library.
        if (moved.in == 0 && moved.out < out_.size()) {
            return taken < bytes.size()
                       ? Result<std::size_t>(fail(broken("the library takes no more of it")))
                       : taken;
        }
    }
}

Result<std::size_t> UnpackCheck::pass_zeros(std::span<const std::byte> bytes) {
    const auto data =
        std::find_if(bytes.begin(), bytes.end(), [](std::byte b) { return b != std::byte{0}; });
    const auto count = static_cast<std::size_t>(data - bytes.begin());
    zeros_ += count;
    if (data == bytes.end()) {
        return count;
    }
    if (codec_->padding() != Padding::in_fours || zeros_ % 4 != 0) {
        return fail(incomplete(codec_->name(), position_ + count,
                               fmt::format("expected nothing but zeros after {} members, found "
                                           "data",
                                           members_)));
    }
    state_ = State::between;
    return count;
}

Result<> UnpackCheck::finish() {
    if (members_ == 0) {
        return fail(broken("expected the header of a member, the stream ends"));
    }
    if (state_ == State::inside) {
        return fail(broken(
            fmt::format("expected the rest of member {}, which begins at byte {}, the stream ends",
                        members_, member_at_)));
    }
    if (state_ == State::padding && codec_->padding() == Padding::in_fours && zeros_ % 4 != 0) {
        return fail(broken(fmt::format("expected zeros in fours after the last member, the stream "
                                       "ends after {}",
                                       zeros_)));
    }
    if (inner_) {
        if (auto finished = inner_->finish(); !finished) {
            return fail(inside(std::move(finished).error()));
        }
    }
    return {};
}

std::optional<std::uint64_t> UnpackCheck::entries() const {
    return inner_ ? inner_->entries() : std::nullopt;
}

Finding UnpackCheck::finding() const {
    const std::string name(codec_->name());
    const std::string proven = codec_->has_checksums() ? "checksum" : "structure";
    if (!inner_) {
        return {name, proven};
    }
    const Finding inner = inner_->finding();
    if (inner.format == "raw") {
        return {name, proven};
    }
    return {inner.format + "+" + name, inner.proven + "+" + proven};
}

} // namespace intact::formats
