#include "config/utf8.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fmt/format.h>

namespace intact::config {
namespace {

struct Range {
    char32_t first;
    char32_t last;
};

bool is_in(char32_t value, const auto &ranges) {
    return std::any_of(ranges.begin(), ranges.end(), [value](const Range &range) {
        return value >= range.first && value <= range.last;
    });
}

// Unicode 15: East Asian Width W and F, in the blocks that people type.
constexpr std::array kWide{
    Range{0x1100, 0x115f},   Range{0x2e80, 0x303e},   Range{0x3041, 0xa4cf},
    Range{0xa960, 0xa97c},   Range{0xac00, 0xd7a3},   Range{0xf900, 0xfaff},
    Range{0xfe30, 0xfe6f},   Range{0xff00, 0xff60},   Range{0xffe0, 0xffe6},
    Range{0x1f300, 0x1f64f}, Range{0x1f680, 0x1f6ff}, Range{0x1f900, 0x1f9ff},
    Range{0x20000, 0x3fffd},
};
constexpr std::array kCombining{
    Range{0x0300, 0x036f}, Range{0x1ab0, 0x1aff}, Range{0x1dc0, 0x1dff},
    Range{0x20d0, 0x20ff}, Range{0xfe00, 0xfe0f}, Range{0xfe20, 0xfe2f},
};
// Bidirectional controls, zero-width characters and line separators.
constexpr std::array kInvisible{
    Range{0x061c, 0x061c}, Range{0x200b, 0x200f}, Range{0x2028, 0x202e},
    Range{0x2060, 0x2069}, Range{0xfeff, 0xfeff},
};

} // namespace

CodePoint decode(std::string_view text) {
    const auto byte = [&](std::size_t i) -> unsigned {
        return i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0U;
    };
    const unsigned lead = byte(0);
    if (lead < 0x80) {
        return {lead, 1, true};
    }
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4) {
        return {lead, 1, false};
    }
    char32_t value = lead & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0U) != 0x80U) {
            return {lead, 1, false};
        }
        value = (value << 6) | (byte(i) & 0x3fU);
    }
    constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
    if (value < kSmallest[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) {
        return {lead, 1, false};
    }
    return {value, length, true};
}

std::size_t count_points(std::string_view text) {
    std::size_t count = 0;
    for (; !text.empty(); text.remove_prefix(decode(text).bytes)) {
        ++count;
    }
    return count;
}

std::size_t offset_of_point(std::string_view text, std::size_t index) {
    std::size_t offset = 0;
    for (; index > 0 && offset < text.size(); --index) {
        offset += decode(text.substr(offset)).bytes;
    }
    return offset;
}

Cell cell_of(std::string_view sequence) {
    if (sequence == "\t") {
        return {"    ", 4};
    }
    const CodePoint point = decode(sequence);
    if (is_in(point.value, kInvisible) && point.valid) {
        const std::string text =
            fmt::format("\\u{{{:x}}}", static_cast<std::uint32_t>(point.value));
        return {text, static_cast<unsigned>(text.size())};
    }
    const std::string text = one_line(sequence);
    if (text != sequence) {
        return {text, static_cast<unsigned>(text.size())};
    }
    return {text, is_in(point.value, kWide) ? 2U : is_in(point.value, kCombining) ? 0U : 1U};
}

} // namespace intact::config
