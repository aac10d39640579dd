// What stdout and stderr are, and the few marks that a terminal understands. Knows no verb.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace intact::cli {

enum class Colour { none, bold, red, yellow, green };

/// The text in that colour, if `fd` is a terminal that wants colours (not with NO_COLOR or
/// TERM=dumb).
std::string coloured(int fd, Colour colour, std::string_view text);
bool wants_colour(int fd);
bool is_terminal(int fd);
/// Its columns, at least 20; 80 when unknown.
std::size_t terminal_columns(int fd);

/// To stdout and stderr, at once, as they are. A failure stays with the output, see output.hpp.
void print(std::string_view text);
void print_aside(std::string_view text);

/// "intact: error: …" and "hint: …" on stderr; returns the exit code that belongs to it.
int print_error(const Error &error);
void print_error(std::string_view message, std::string_view hint);
/// "intact: warning: …" on stderr.
void print_warning(std::string_view message);

} // namespace intact::cli
