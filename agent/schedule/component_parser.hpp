// The grammar of one component of a calendar expression: "0..23/2,12".
#pragma once

#include "schedule/calendar_text.hpp"
#include "schedule/text_cursor.hpp"

namespace intact::schedule {

constexpr std::int64_t kSecond = 1'000'000;

/// What one component may hold.
struct Field {
    std::string_view name{};
    std::int64_t first = 0;
    std::int64_t last = 0;
    std::int64_t unit = 1;       ///< of a number that is written; kSecond: fractions are allowed
    bool has_short_form = false; ///< 70 to 99 mean 1970 to 1999, and less 2000 to 2069
    bool counts_down = false;    ///< a step leads to lower numbers
};

constexpr Field kYear{
    .name = "year", .first = kFirstYear, .last = kLastYear, .has_short_form = true};
constexpr Field kMonth{.name = "month", .first = 1, .last = 12};
constexpr Field kDay{.name = "day", .first = 1, .last = 31};
constexpr Field kDayFromEnd{
    .name = "day from the month's end", .first = 1, .last = 28, .counts_down = true};
constexpr Field kHour{.name = "hour", .first = 0, .last = 23};
constexpr Field kMinute{.name = "minute", .first = 0, .last = 59};
constexpr Field kSeconds{.name = "second", .first = 0, .last = 60 * kSecond - 1, .unit = kSecond};

/// Leaves the cursor behind it. "*" is the empty chain.
Read<Chain> read_component(TextCursor &cursor, const Field &field);

/// Leaves the cursor behind what looks like a component, whatever values it names.
Read<> skip_component(TextCursor &cursor);

} // namespace intact::schedule
