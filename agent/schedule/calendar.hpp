// Calendar events as systemd.time(7) spells them, and when they come next: the same instants as
// systemd 252 computes. Knows no clock and no timer.
#pragma once

#include "schedule/chain.hpp"
#include "schedule/zone.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace intact::schedule {

/// What is wrong with an expression, and which of its bytes.
struct CalendarError {
    std::string message; ///< "names hour 24; hours are 0 to 23"
    std::string hint;    ///< may be empty
    std::size_t at = 0;
    std::size_t length = 0; ///< 0: what is missing should stand at `at`
};

/// Each part of an expression; an instant is named if every part names its own.
struct CalendarParts {
    std::uint8_t weekdays = 0; ///< bit 0 Monday … bit 6 Sunday; 0: any
    Chain year;
    Chain month;
    Chain day;
    bool day_from_end = false; ///< "~": day 1 is the month's last
    Chain hour;
    Chain minute;
    Chain second; ///< microseconds of the minute; never empty
};

class Calendar {
public:
    static tl::expected<Calendar, CalendarError> parse(std::string_view text);

    /// As systemd-analyze(1) prints it; parses to the same calendar.
    std::string normal_form() const;

    /// The zone named in the expression; nothing: the caller's.
    const std::optional<Zone> &zone() const { return zone_; }

    /// The first instant after `after`, by the expression's own zone if it names one; nothing:
    /// never again. A time that the clock skips does not take place. One that it shows twice takes
    /// place the first time, or, if that is not after `after`, the second time.
    std::optional<Instant> next(Instant after, const Zone &zone) const;

    /// Whether it names hours one by one or in a plain range, rather than "*" or every few hours.
    bool names_hours() const;
    /// The first time named in [from, until), as if the clock showed all of them.
    std::optional<LocalTime> first_shown(LocalTime from, LocalTime until) const;

private:
    /// Where systemd's way leads nowhere.
    std::optional<Instant> next_plainly(Instant after, const Zone &zone) const;

    CalendarParts parts_;
    std::optional<Zone> zone_;
};

} // namespace intact::schedule
