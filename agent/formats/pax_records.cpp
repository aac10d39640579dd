#include "formats/pax_records.hpp"

#include <algorithm>
#include <charconv>

namespace intact::formats {
namespace {

constexpr std::size_t kKeyKept = 8;    // "size" needs four, and one to tell a longer key
constexpr std::size_t kValueKept = 24; // more digits than any number has
constexpr std::size_t kMostLengthDigits = 18;

} // namespace

bool PaxRecords::feed(std::span<const std::byte> bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        // Values may be long, an attribute's content say: most of one is passed over at once.
        if (state_ == State::value && key_ != "size" && length_ - seen_ > 1) {
            const auto skip = static_cast<std::size_t>(
                std::min<std::uint64_t>(length_ - seen_ - 1, bytes.size() - i));
            seen_ += skip;
            i += skip - 1;
            continue;
        }
        if (!take(static_cast<char>(bytes[i]))) {
            return false;
        }
    }
    return true;
}

bool PaxRecords::take(char c) {
    ++seen_;
    if (state_ == State::length) {
        return take_length(c);
    }
    if (seen_ == length_) {
        return state_ == State::value && c == '\n' && end_record();
    }
    if (state_ == State::value) {
        if (value_.size() == kValueKept) {
            return false; // of a size only
        }
        value_ += c;
    } else if (c == '=') {
        state_ = State::value;
    } else if (key_.size() < kKeyKept) {
        key_ += c;
    }
    return true;
}

bool PaxRecords::take_length(char c) {
    if (c >= '0' && c <= '9' && length_digits_ < kMostLengthDigits) {
        length_ = length_ * 10 + static_cast<std::uint64_t>(c - '0');
        ++length_digits_;
        return true;
    }
    // "5 a=\n" is about the shortest there can be.
    if (c != ' ' || length_digits_ == 0 || length_ < seen_ + 2) {
        return false;
    }
    state_ = State::key;
    key_.clear();
    value_.clear();
    return true;
}

bool PaxRecords::end_record() {
    if (key_ == "size") {
        std::uint64_t size = 0;
        const char *const end = value_.data() + value_.size();
        const auto read = std::from_chars(value_.data(), end, size);
        if (read.ec != std::errc() || read.ptr != end) {
            return false;
        }
        size_ = size;
    }
    state_ = State::length;
    length_ = 0;
    seen_ = 0;
    length_digits_ = 0;
    return true;
}

} // namespace intact::formats
