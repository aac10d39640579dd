#include "formats/byte_walk.hpp"

#include "formats/incomplete.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace intact::formats {

bool WalkedBytes::advance() {
    if (is_peek_) {
        return ended_ || !input_.empty();
    }
    while (left_ > 0 && !input_.empty()) {
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input_.size()));
        const auto piece = input_.first(count);
        if (is_skip_) {
            if (watch_ != nullptr) {
                (*watch_)(piece);
            }
        } else {
            std::copy(piece.begin(), piece.end(),
                      field_.begin() + static_cast<std::ptrdiff_t>(field_bytes_));
            field_bytes_ += count;
        }
        input_ = input_.subspan(count);
        next_ += count;
        left_ -= count;
    }
    return left_ == 0;
}

Result<> WalkDriver::feed(std::span<const std::byte> bytes) {
    bytes_.give(bytes);
    if (!started_) {
        started_ = true;
        walk_.resume();
    }
    while (!walk_.done() && bytes_.has_input() && bytes_.advance()) {
        walk_.resume();
    }
    if (!walk_.done()) {
        return {};
    }
    INTACT_TRY(walk_.result());
    if (bytes_.has_input()) {
        return fail(
            incomplete(format_, bytes_.next(), "expected the end of the stream, found more data"));
    }
    return {};
}

Result<> WalkDriver::finish() {
    INTACT_TRY(feed({}));
    if (!walk_.done() && bytes_.may_end()) {
        bytes_.end();
        walk_.resume();
    }
    if (walk_.done()) {
        return walk_.result();
    }
    return fail(incomplete(format_, bytes_.position(),
                           fmt::format("expected {}, the stream ends {} bytes before its end",
                                       bytes_.what(), bytes_.missing())));
}

} // namespace intact::formats
