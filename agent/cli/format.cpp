#include "cli/format.hpp"

#include <algorithm>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace intact::cli {
namespace {

using std::chrono::microseconds;

bool continues(char c) {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

// Everything from U+1100 (Hangul) on may be two columns wide. Much of it is not; a line that is too
// short does no harm, one that wraps cannot be redrawn.
std::size_t columns_of_lead(char lead) {
    const auto byte = static_cast<unsigned char>(lead);
    return byte >= 0xe1 ? 2 : 1;
}

constexpr std::string_view kEllipsis = "…";

} // namespace

std::string format_count(std::uint64_t count) {
    std::string digits = std::to_string(count);
    for (std::size_t place = digits.size(); place > 3;) {
        place -= 3;
        digits.insert(place, 1, ',');
    }
    return digits;
}

std::string format_count(std::uint64_t count, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", format_count(count), count == 1 ? one : many);
}

std::string format_clock(std::chrono::seconds span) {
    const auto seconds = std::max<std::int64_t>(span.count(), 0);
    if (seconds < 3600) {
        return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
    }
    return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string format_span(microseconds span) {
    const std::int64_t usec = std::max<std::int64_t>(span.count(), 0);
    if (usec < 999'500) {
        return fmt::format("{} ms", (usec + 500) / 1000);
    }
    if (usec < 59'950'000) {
        return fmt::format("{:.1f} s", static_cast<double>(usec) / 1e6);
    }
    const std::int64_t seconds = (usec + 500'000) / 1'000'000;
    if (seconds < 3600) {
        return fmt::format("{} min {} s", seconds / 60, seconds % 60);
    }
    return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
}

std::string format_percent(std::uint64_t part, std::uint64_t whole) {
    if (whole == 0) {
        return "";
    }
    const double percent = 100 * static_cast<double>(part) / static_cast<double>(whole);
    return fmt::format("{} %", part < whole ? std::min(static_cast<int>(percent), 99)
                                            : static_cast<int>(percent));
}

std::string format_time(WallTime time) {
    const std::time_t seconds =
        std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    std::tm parts{};
    localtime_r(&seconds, &parts);
    return fmt::format("{:%Y-%m-%d %H:%M:%S %Z}", parts);
}

std::size_t columns_of(std::string_view text) {
    std::size_t columns = 0;
    for (const char c : text) {
        columns += continues(c) ? 0 : columns_of_lead(c);
    }
    return columns;
}

std::string fit_end(std::string_view text, std::size_t columns) {
    if (columns_of(text) <= columns) {
        return std::string(text);
    }
    std::size_t start = text.size();
    for (std::size_t i = text.size(), used = columns_of(kEllipsis); i > 0; --i) {
        if (continues(text[i - 1])) {
            continue;
        }
        used += columns_of_lead(text[i - 1]);
        if (used > columns) {
            break;
        }
        start = i - 1;
    }
    return columns < columns_of(kEllipsis) ? ""
                                           : fmt::format("{}{}", kEllipsis, text.substr(start));
}

std::string fit_start(std::string_view text, std::size_t columns) {
    if (columns_of(text) <= columns) {
        return std::string(text);
    }
    std::size_t end = 0;
    for (std::size_t i = 0, used = columns_of(kEllipsis); i < text.size(); ++i) {
        if (!continues(text[i])) {
            used += columns_of_lead(text[i]);
            if (used > columns) {
                break;
            }
        }
        end = i + 1;
    }
    return columns < columns_of(kEllipsis) ? ""
                                           : fmt::format("{}{}", text.substr(0, end), kEllipsis);
}

} // namespace intact::cli
