// The name of an extended attribute out of a pax keyword, which cannot hold '='. Knows nothing
// else.
#pragma once

#include <charconv>
#include <string>
#include <string_view>

namespace intact::pipeline {

/// Bytes written as %XX: GNU tar writes '%' and '=' that way, libarchive every byte that is not
/// printable ASCII too, and it does not undo that when reading.
inline std::string decode_xattr_name(std::string_view keyword) {
    std::string out;
    while (!keyword.empty()) {
        unsigned char byte = 0;
        if (keyword.front() == '%' && keyword.size() >= 3 &&
            std::from_chars(keyword.data() + 1, keyword.data() + 3, byte, 16).ptr ==
                keyword.data() + 3) {
            out += static_cast<char>(byte);
            keyword.remove_prefix(3);
        } else {
            out += keyword.front();
            keyword.remove_prefix(1);
        }
    }
    return out;
}

} // namespace intact::pipeline
