// Proves that each line of a stream is one whole JSON value.
#pragma once

#include "formats/stream_check.hpp"

#include <bitset>
#include <string_view>

namespace intact::formats {

/// Empty lines are none. A last line without its newline is whole if it is an object, an array or a
/// string; of a number or word nobody could tell. Memory: a bit for each of at most 4,096 levels.
/// Source: RFC 8259; jsonlines.org.
class JsonLinesCheck final : public StreamCheck {
public:
    Result<> feed(std::span<const std::byte> bytes) override;
    Result<> finish() override;
    std::optional<std::uint64_t> entries() const override { return lines_; }
    Finding finding() const override { return {"jsonl", "structure"}; }

private:
    static constexpr std::size_t kMostLevels = 4096;
    enum class State {
        value,       ///< one must come
        first_value, ///< or the array ends
        key,         ///< one must come
        first_key,   ///< or the object ends
        colon,
        after_value,
        string,
        escape,
        hex,
        word,
        minus,
        zero,
        digits,
        point,
        fraction,
        exponent,
        exponent_sign,
        exponent_digits,
        line_end, ///< of the line, nothing else comes
    };

    bool take(char c);
    bool begin_value(char c);
    bool take_in_string(char c);
    bool take_in_number(char c);
    bool take_after_value(char c);
    bool open(bool is_object);
    bool close(bool is_object);
    bool end_value();
    bool goes_on(bool may, State next);
    bool is_number_over() const;

    State state_ = State::value;
    bool is_key_ = false;     ///< the string is a member's name
    bool is_bare_ = false;    ///< the line's value has no closing mark
    bool line_begun_ = false; ///< something but white space has come
    std::size_t levels_ = 0;
    std::bitset<kMostLevels> is_object_;
    std::string_view word_; ///< what must still come of true, false, null
    int hex_left_ = 0;
    std::uint64_t position_ = 0;
    std::uint64_t line_at_ = 0;
    std::uint64_t lines_ = 0;
};

} // namespace intact::formats
