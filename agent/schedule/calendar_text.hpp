// The grammar of calendar expressions, both ways. Source: systemd.time(7), CALENDAR EVENTS.
#pragma once

#include "schedule/calendar.hpp"

namespace intact::schedule {

constexpr std::int64_t kFirstYear = 1970;
constexpr std::int64_t kLastYear = 2199;

struct CalendarReading {
    CalendarParts parts;
    std::optional<Zone> zone;
};

tl::expected<CalendarReading, CalendarError> read_calendar(std::string_view text);

/// In normal form, without the zone.
std::string spelled(const CalendarParts &parts);

} // namespace intact::schedule
