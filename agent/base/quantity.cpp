#include "base/quantity.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fmt/format.h>
#include <limits>
#include <optional>

namespace intact {
namespace {

using std::chrono::microseconds;

constexpr std::uint64_t kSecond = 1'000'000;
constexpr std::uint64_t kMinute = 60 * kSecond;
constexpr std::uint64_t kHour = 60 * kMinute;
constexpr std::uint64_t kDay = 24 * kHour;
constexpr std::uint64_t kMonth = 2'629'800 * kSecond; // 30.4375 days
constexpr std::uint64_t kYear = 31'557'600 * kSecond; // 365.25 days
constexpr std::uint64_t kInfinity = std::numeric_limits<std::int64_t>::max();

struct Unit {
    std::string_view name;
    std::uint64_t size;
};

constexpr std::array kTimeUnits{
    Unit{"us", 1},           Unit{"usec", 1},
    Unit{"\u00b5s", 1},      Unit{"\u03bcs", 1},
    Unit{"ms", 1000},        Unit{"msec", 1000},
    Unit{"s", kSecond},      Unit{"sec", kSecond},
    Unit{"second", kSecond}, Unit{"seconds", kSecond},
    Unit{"m", kMinute},      Unit{"min", kMinute},
    Unit{"minute", kMinute}, Unit{"minutes", kMinute},
    Unit{"h", kHour},        Unit{"hr", kHour},
    Unit{"hour", kHour},     Unit{"hours", kHour},
    Unit{"d", kDay},         Unit{"day", kDay},
    Unit{"days", kDay},      Unit{"w", 7 * kDay},
    Unit{"week", 7 * kDay},  Unit{"weeks", 7 * kDay},
    Unit{"M", kMonth},       Unit{"month", kMonth},
    Unit{"months", kMonth},  Unit{"y", kYear},
    Unit{"year", kYear},     Unit{"years", kYear},
};

// What format_duration() writes; weeks, months and years are left to people.
constexpr std::array kSpelledUnits{
    Unit{"d", kDay},    Unit{"h", kHour}, Unit{"min", kMinute},
    Unit{"s", kSecond}, Unit{"ms", 1000}, Unit{"us", 1},
};

constexpr std::string_view kSizeLetters = "KMGTPE";

tl::unexpected<Error> refuse(std::string_view text, std::string_view reason,
                             std::string_view hint) {
    return fail(
        Error(ErrorCode::config_invalid, fmt::format("'{}' {}", text, reason)).with_hint(hint));
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string_view without_leading_space(std::string_view text) {
    const std::size_t start = text.find_first_not_of(" \t\n\r");
    return start == std::string_view::npos ? std::string_view{} : text.substr(start);
}

const Unit *longest_unit(std::string_view text) {
    const Unit *best = nullptr;
    for (const Unit &unit : kTimeUnits) {
        if (text.starts_with(unit.name) &&
            (best == nullptr || unit.name.size() > best->name.size())) {
            best = &unit;
        }
    }
    return best;
}

std::string_view take_digits(std::string_view &text) {
    const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
    const std::string_view digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(digits.size());
    return digits;
}

/// Adds a * b to sum; false when that is infinity or more.
bool add_product(std::uint64_t &sum, std::uint64_t a, std::uint64_t b) {
    std::uint64_t product = 0;
    return !__builtin_mul_overflow(a, b, &product) && !__builtin_add_overflow(sum, product, &sum) &&
           sum < kInfinity;
}

std::optional<std::uint64_t> whole_number(std::string_view digits) {
    std::uint64_t value = 0;
    for (const char c : digits) {
        if (__builtin_mul_overflow(value, 10U, &value) ||
            __builtin_add_overflow(value, static_cast<std::uint64_t>(c - '0'), &value)) {
            return std::nullopt;
        }
    }
    return value;
}

/// One number of a span, as strtoll(3) takes it, which systemd's parser is built on.
struct Number {
    std::string_view whole;
    std::optional<std::string_view> fraction;
};

std::optional<Number> take_number(std::string_view &text) {
    std::string_view rest = text;
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\n\v\f\r"), rest.size()));
    if (rest.starts_with('+')) {
        rest.remove_prefix(1);
    }
    Number number{take_digits(rest), std::nullopt};
    if (number.whole.empty()) {
        // strtoll converts nothing here and leaves its end at the start, so only ".5" goes on.
        rest = text;
    }
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        number.fraction = take_digits(rest);
    } else if (number.whole.empty()) {
        return std::nullopt;
    }
    text = rest;
    return number;
}

bool add_number(std::uint64_t &sum, const Number &number, std::uint64_t unit) {
    const std::optional<std::uint64_t> whole = whole_number(number.whole);
    if (!whole || !add_product(sum, *whole, unit)) {
        return false;
    }
    // Digit by digit, each cut to whole microseconds: the way systemd rounds.
    std::uint64_t place = unit / 10;
    for (const char digit : number.fraction.value_or("")) {
        if (!add_product(sum, static_cast<std::uint64_t>(digit - '0'), place)) {
            return false;
        }
        place /= 10;
    }
    return true;
}

constexpr std::string_view kDurationHint =
    "write a span such as \"90s\", \"15min\", \"1h 30min\" or \"2d\"";

} // namespace

Result<microseconds> parse_duration(std::string_view text) {
    const std::string_view all = without_leading_space(text);
    if (all.starts_with("infinity") && without_leading_space(all.substr(8)).empty()) {
        return microseconds::max();
    }
    std::uint64_t sum = 0;
    bool has_unit = false;
    std::string_view rest = all;
    if (rest.empty()) {
        return refuse(text, "is empty, expected a duration", kDurationHint);
    }
    for (; !rest.empty(); rest = without_leading_space(rest)) {
        if (rest.starts_with('-')) {
            return refuse(text, "is negative, expected a duration", kDurationHint);
        }
        const std::optional<Number> number = take_number(rest);
        if (!number || (number->fraction && number->fraction->empty())) {
            return refuse(text, "is not a duration", kDurationHint);
        }
        const std::string_view after = without_leading_space(rest);
        const Unit *unit = longest_unit(after);
        // A number without a unit ends in space or with the text: "12.34.56" and "5,3s" are slips.
        if (unit == nullptr && after.size() == rest.size() && !rest.empty()) {
            return refuse(text, "is not a duration", kDurationHint);
        }
        if (!add_number(sum, *number, unit == nullptr ? kSecond : unit->size)) {
            return refuse(text, "is too long a duration", "\"infinity\" means without end");
        }
        has_unit = has_unit || unit != nullptr;
        rest = unit == nullptr ? after : after.substr(unit->name.size());
    }
    if (!has_unit) {
        return refuse(text, "has no unit",
                      fmt::format("add a unit such as \"{}s\"", one_line(all)));
    }
    return microseconds(static_cast<std::int64_t>(sum));
}

std::string format_duration(microseconds span) {
    if (span == microseconds::max()) {
        return "infinity";
    }
    if (span.count() < 0) {
        return "-" + format_duration(-span);
    }
    auto rest = static_cast<std::uint64_t>(span.count());
    std::string out;
    for (const Unit &unit : kSpelledUnits) {
        if (rest >= unit.size) {
            out += fmt::format("{}{}{}", out.empty() ? "" : " ", rest / unit.size, unit.name);
            rest %= unit.size;
        }
    }
    return out.empty() ? "0s" : out;
}

namespace {

constexpr std::string_view kSizeHint = "write a size such as \"512KiB\", \"4MiB\" or \"10GB\"";

/// Bytes in one of "", "B", "K", "KiB", "KB" and so on; 0 for anything else.
std::uint64_t size_of_unit(std::string_view unit) {
    if (unit.empty() || unit == "B") {
        return 1;
    }
    const char letter = unit.front() == 'k' ? 'K' : unit.front(); // "kB" is the SI spelling
    const std::size_t power = kSizeLetters.find(letter);
    unit.remove_prefix(1);
    if (power == std::string_view::npos || !(unit.empty() || unit == "iB" || unit == "B")) {
        return 0;
    }
    const std::uint64_t base = unit == "B" ? 1000 : 1024;
    std::uint64_t size = base;
    for (std::size_t i = 0; i < power; ++i) {
        size *= base;
    }
    return size;
}

} // namespace

Result<std::uint64_t> parse_size(std::string_view text) {
    std::string_view rest = without_leading_space(text);
    const std::string_view whole_digits = take_digits(rest);
    std::string_view fraction;
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        fraction = take_digits(rest);
        if (fraction.empty()) {
            return refuse(text, "is not a size", kSizeHint);
        }
    }
    if (whole_digits.empty()) {
        return refuse(text, "is not a size", kSizeHint);
    }
    rest = without_leading_space(rest);
    rest = rest.substr(0, rest.find_last_not_of(" \t\n\r") + 1);
    const std::uint64_t unit = size_of_unit(rest);
    if (unit == 0) {
        return refuse(text, "has an unknown unit", kSizeHint);
    }
    // From the last digit on, so that nested whole divisions round down exactly once.
    std::uint64_t bytes = 0;
    for (auto digit = fraction.rbegin(); digit != fraction.rend(); ++digit) {
        bytes = (static_cast<std::uint64_t>(*digit - '0') * unit + bytes) / 10;
    }
    const std::optional<std::uint64_t> whole = whole_number(whole_digits);
    std::uint64_t product = 0;
    if (!whole || __builtin_mul_overflow(*whole, unit, &product) ||
        __builtin_add_overflow(bytes, product, &bytes)) {
        return refuse(text, "is more than 64 bits hold", kSizeHint);
    }
    return bytes;
}

std::string format_size(std::uint64_t bytes) {
    if (bytes < 1024) {
        return fmt::format("{} B", bytes);
    }
    double value = static_cast<double>(bytes) / 1024;
    std::size_t power = 0;
    // 1023.5 would print as "1024 KiB".
    while (value >= 1023.5 && power + 1 < kSizeLetters.size()) {
        value /= 1024;
        ++power;
    }
    const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    return fmt::format("{:.{}f} {}iB", value, decimals, kSizeLetters[power]);
}

} // namespace intact
