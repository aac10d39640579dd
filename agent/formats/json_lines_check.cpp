#include "formats/json_lines_check.hpp"

#include "formats/incomplete.hpp"

#include <cstdint>
#include <cstring>
#include <fmt/format.h>

namespace intact::formats {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// In a string.
bool is_plain(char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
}

// How many bytes at its beginning are plain, of those of whole words: eight a step, by the test for
// a byte below another. Source: H. S. Warren, Hacker's Delight, 6-1.
std::size_t plain_bytes(std::string_view text) {
    constexpr std::uint64_t kEach = 0x0101010101010101;
    constexpr std::uint64_t kQuotes = kEach * 0x22;
    constexpr std::uint64_t kBackslashes = kEach * 0x5c;
    const auto has_below = [](std::uint64_t word, std::uint64_t limit) {
        return ((word - limit * kEach) & ~word & 0x80 * kEach) != 0;
    };
    std::size_t count = 0;
    for (std::uint64_t word = 0; count + sizeof word <= text.size(); count += sizeof word) {
        std::memcpy(&word, text.data() + count, sizeof word);
        if (has_below(word, 0x20) || has_below(word ^ kQuotes, 1) ||
            has_below(word ^ kBackslashes, 1)) {
            break;
        }
    }
    return count;
}

bool is_hex_digit(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

} // namespace

Result<> JsonLinesCheck::feed(std::span<const std::byte> bytes) {
    const auto *text = reinterpret_cast<const char *>(bytes.data());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (state_ == State::string) {
            // Most bytes are of strings, and most of those mean nothing.
            i += plain_bytes({text + i, bytes.size() - i});
            while (i < bytes.size() && is_plain(text[i])) {
                ++i;
            }
            if (i == bytes.size()) {
                break;
            }
        }
        if (!take(text[i])) {
            return fail(incomplete("jsonl", position_ + i,
                                   fmt::format("expected one JSON value on each line, found "
                                               "something else on line {}, which begins at byte {}",
                                               lines_ + 1, line_at_)));
        }
        if (text[i] == '\n') {
            line_at_ = position_ + i + 1;
        }
    }
    position_ += bytes.size();
    return {};
}

bool JsonLinesCheck::take(char c) {
    if (state_ == State::string || state_ == State::escape || state_ == State::hex) {
        return take_in_string(c);
    }
    if (state_ == State::word) {
        if (word_.front() != c) {
            return false;
        }
        word_.remove_prefix(1);
        return !word_.empty() || end_value();
    }
    if (state_ >= State::minus && state_ <= State::exponent_digits) {
        if (take_in_number(c)) {
            return true;
        }
        if (!is_number_over()) {
            return false;
        }
        end_value(); // and the character is what follows it
    }
    if (c == '\n') {
        const bool is_over = state_ == State::line_end || !line_begun_;
        lines_ += line_begun_ ? 1 : 0;
        state_ = State::value;
        line_begun_ = false;
        return is_over;
    }
    if (c == ' ' || c == '\t' || c == '\r') {
        return true;
    }
    line_begun_ = true;
    switch (state_) {
    case State::first_value:
        return c == ']' ? close(false) : begin_value(c);
    case State::value:
        return begin_value(c);
    case State::first_key:
        if (c == '}') {
            return close(true);
        }
        [[fallthrough]];
    case State::key:
        is_key_ = true;
        state_ = State::string;
        return c == '"';
    case State::colon:
        state_ = State::value;
        return c == ':';
    case State::after_value:
        return take_after_value(c);
    default:
        return false;
    }
}

bool JsonLinesCheck::begin_value(char c) {
    if (levels_ == 0) {
        is_bare_ = c != '{' && c != '[' && c != '"';
    }
    switch (c) {
    case '{':
        return open(true);
    case '[':
        return open(false);
    case '"':
        is_key_ = false;
        state_ = State::string;
        return true;
    case 't':
        word_ = "rue";
        break;
    case 'f':
        word_ = "alse";
        break;
    case 'n':
        word_ = "ull";
        break;
    case '-':
        state_ = State::minus;
        return true;
    case '0':
        state_ = State::zero;
        return true;
    default:
        state_ = State::digits;
        return is_digit(c);
    }
    state_ = State::word;
    return true;
}

bool JsonLinesCheck::take_in_string(char c) {
    if (state_ == State::hex) {
        state_ = --hex_left_ == 0 ? State::string : State::hex;
        return is_hex_digit(c);
    }
    if (state_ == State::escape) {
        state_ = c == 'u' ? State::hex : State::string;
        hex_left_ = 4;
        return std::string_view("\"\\/bfnrtu").find(c) != std::string_view::npos;
    }
    if (c == '\\') {
        state_ = State::escape;
    } else if (c == '"') {
        if (is_key_) {
            state_ = State::colon;
            return true;
        }
        return end_value();
    }
    return static_cast<unsigned char>(c) >= 0x20;
}

bool JsonLinesCheck::take_in_number(char c) {
    const bool digit = is_digit(c);
    const bool begins_exponent = c == 'e' || c == 'E';
    switch (state_) {
    case State::minus:
        return goes_on(digit, c == '0' ? State::zero : State::digits);
    case State::digits:
        if (digit) {
            return true;
        }
        [[fallthrough]];
    case State::zero:
        if (c != '.' && !begins_exponent) {
            return false;
        }
        state_ = c == '.' ? State::point : State::exponent;
        return true;
    case State::point:
        return goes_on(digit, State::fraction);
    case State::fraction:
        return goes_on(digit || begins_exponent,
                       begins_exponent ? State::exponent : State::fraction);
    case State::exponent:
        return goes_on(digit || c == '+' || c == '-',
                       digit ? State::exponent_digits : State::exponent_sign);
    case State::exponent_sign:
        return goes_on(digit, State::exponent_digits);
    default:
        return digit;
    }
}

bool JsonLinesCheck::goes_on(bool may, State next) {
    state_ = may ? next : state_;
    return may;
}

// A refused character leaves these states as they were.
bool JsonLinesCheck::is_number_over() const {
    return state_ == State::zero || state_ == State::digits || state_ == State::fraction ||
           state_ == State::exponent_digits;
}

bool JsonLinesCheck::take_after_value(char c) {
    const bool in_object = is_object_[levels_ - 1];
    if (c == ',') {
        state_ = in_object ? State::key : State::value;
        return true;
    }
    return (c == '}' || c == ']') && close(c == '}');
}

bool JsonLinesCheck::open(bool is_object) {
    if (levels_ == kMostLevels) {
        return false;
    }
    is_object_[levels_++] = is_object;
    state_ = is_object ? State::first_key : State::first_value;
    return true;
}

bool JsonLinesCheck::close(bool is_object) {
    if (is_object_[levels_ - 1] != is_object) {
        return false;
    }
    --levels_;
    return end_value();
}

bool JsonLinesCheck::end_value() {
    state_ = levels_ == 0 ? State::line_end : State::after_value;
    return true;
}

Result<> JsonLinesCheck::finish() {
    if (line_begun_ && (state_ != State::line_end || is_bare_)) {
        return fail(incomplete("jsonl", position_,
                               fmt::format("expected the rest of line {}, which begins at byte {}, "
                                           "the stream ends",
                                           lines_ + 1, line_at_)));
    }
    lines_ += line_begun_ ? 1 : 0;
    if (lines_ == 0) {
        return fail(incomplete("jsonl", position_, "expected a JSON value, the stream ends"));
    }
    return {};
}

} // namespace intact::formats
