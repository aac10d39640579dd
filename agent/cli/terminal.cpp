#include "cli/terminal.hpp"

#include "base/text.hpp"
#include "cli/output.hpp"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace intact::cli {
namespace {

constexpr std::size_t kUsualColumns = 80;
constexpr std::size_t kFewestColumns = 20;

std::string_view sequence_of(Colour colour) {
    switch (colour) {
    case Colour::bold:
        return "\x1b[1m";
    case Colour::red:
        return "\x1b[1;31m";
    case Colour::yellow:
        return "\x1b[1;33m";
    case Colour::green:
        return "\x1b[1;32m";
    case Colour::none:
        break;
    }
    return "";
}

std::string_view variable(const char *name) {
    const char *value = std::getenv(name);
    return value == nullptr ? std::string_view{} : value;
}

} // namespace

bool is_terminal(int fd) {
    return isatty(fd) == 1;
}

bool wants_colour(int fd) {
    return is_terminal(fd) && variable("NO_COLOR").empty() && variable("TERM") != "dumb";
}

std::string coloured(int fd, Colour colour, std::string_view text) {
    if (colour == Colour::none || !wants_colour(fd)) {
        return std::string(text);
    }
    return fmt::format("{}{}\x1b[0m", sequence_of(colour), text);
}

std::size_t terminal_columns(int fd) {
    winsize size{};
    if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        return kUsualColumns;
    }
    return std::max<std::size_t>(size.ws_col, kFewestColumns);
}

void print(std::string_view text) {
    standard_output().write(text);
}

void print_aside(std::string_view text) {
    standard_error().write(text);
}

void print_error(std::string_view message, std::string_view hint) {
    std::string text = fmt::format(
        "intact: {} {}\n", coloured(STDERR_FILENO, Colour::red, "error:"), one_line(message));
    if (!hint.empty()) {
        text +=
            fmt::format("{} {}\n", coloured(STDERR_FILENO, Colour::bold, "hint:"), one_line(hint));
    }
    print_aside(text);
}

int print_error(const Error &error) {
    print_error(error.message(), error.hint());
    return exit_code_of(error.code());
}

void print_warning(std::string_view message) {
    print_aside(fmt::format("intact: {} {}\n", coloured(STDERR_FILENO, Colour::yellow, "warning:"),
                            one_line(message)));
}

} // namespace intact::cli
