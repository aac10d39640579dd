// The words of calendar expressions.
#pragma once

#include "schedule/chain.hpp"

#include <array>
#include <string_view>

namespace intact::schedule {

/// In full; the first three letters are the short form.
constexpr std::array<std::string_view, 7> kWeekdays{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                    "Friday", "Saturday", "Sunday"};

/// A word for a whole expression.
struct Shorthand {
    std::string_view word;
    std::string_view meaning;
};

constexpr std::array<Shorthand, 13> kShorthands{{
    {"minutely", "*-*-* *:*:00"},
    {"hourly", "*-*-* *:00:00"},
    {"daily", "*-*-* 00:00:00"},
    {"weekly", "Mon *-*-* 00:00:00"},
    {"monthly", "*-*-01 00:00:00"},
    {"quarterly", "*-01,04,07,10-01 00:00:00"},
    {"yearly", "*-01-01 00:00:00"},
    {"annually", "*-01-01 00:00:00"},
    {"anually", "*-01-01 00:00:00"},
    {"semiannually", "*-01,07-01 00:00:00"},
    {"semi-annually", "*-01,07-01 00:00:00"},
    {"biannually", "*-01,07-01 00:00:00"},
    {"bi-annually", "*-01,07-01 00:00:00"},
}};

/// "*" for seconds: whole ones.
inline const Chain kEverySecond{{0, std::nullopt, 1'000'000}};

} // namespace intact::schedule
