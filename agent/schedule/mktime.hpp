// Local time to instants just as mktime(3) of glibc finds them, since systemd asks it. Where the
// clock shows a time twice or never, that depends on the call before. Knows no calendar.
#pragma once

#include "schedule/zone.hpp"

namespace intact::schedule {

/// Whether summer time is in force, as tm_isdst: asked of a call, or found by it.
enum class Summer : std::int8_t { unknown = -1, no = 0, yes = 1 };

class MkTime {
public:
    /// As if the call before had been for `now`.
    MkTime(const Zone &zone, Instant now) : zone_(zone), offset_(-zone.offset(now)) {}

    struct Found {
        Instant instant;
        LocalTime shown; ///< other than what was asked for if the clock never shows that
        Summer summer = Summer::unknown;
    };
    /// Nothing: mktime() returns -1, as for a time in a gap of the half of the year asked for.
    std::optional<Found> find(LocalTime wanted, Summer summer);

private:
    /// By the offset of the other half of the year.
    std::optional<std::chrono::sys_seconds> in_season(std::chrono::sys_seconds near,
                                                      std::chrono::local_seconds wanted,
                                                      bool is_summer) const;

    const Zone &zone_;
    std::chrono::seconds offset_; ///< from local time to UTC, at the last call
};

} // namespace intact::schedule
