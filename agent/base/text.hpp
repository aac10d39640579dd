// Bytes from the outside world made fit for a terminal, a log line or JSON. Knows no format.
#pragma once

#include <string>
#include <string_view>

namespace intact {

/// The text with control characters and bytes that are no UTF-8 written as \xNN, so that it is one
/// line, valid UTF-8 and cannot steer a terminal. Printable UTF-8 stays as it is.
std::string one_line(std::string_view bytes);

/// Lower-case hexadecimal, two digits a byte.
std::string to_hex(std::string_view bytes);

/// ASCII letters in either case.
bool is_same_word(std::string_view one, std::string_view other);

} // namespace intact
