// Code points and the terminal cells they take. Knows no file and no message.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace intact::config {

struct CodePoint {
    char32_t value = 0;
    std::size_t bytes = 1;
    bool valid = true; ///< false: one byte that is no UTF-8 (RFC 3629)
};

/// The first code point of a text that is not empty.
CodePoint decode(std::string_view text);

/// Malformed bytes count one each.
std::size_t count_points(std::string_view text);
/// The byte at which code point `index` (from 0) starts, or the end.
std::size_t offset_of_point(std::string_view text, std::size_t index);

/// One code point made fit for a terminal, and the columns it takes there.
struct Cell {
    std::string text;
    unsigned width = 1;
};

/// Tabs become four spaces; control characters, malformed bytes and what turns the direction of
/// writing around (which makes a line read as something else) are written out.
Cell cell_of(std::string_view sequence);

} // namespace intact::config
