// When a job is due: a list of calendar expressions in one time zone, and what becomes of a time
// that the clock skips. Knows no clock and no timer.
#pragma once

#include "schedule/calendar.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace intact::schedule {

/// What becomes of a fixed hour that the clock skips.
enum class DstGap : std::uint8_t {
    run_after, ///< one run when the clock goes on
    skip,      ///< as systemd
};

enum class SlotKind : std::uint8_t {
    usual,
    after_gap,    ///< stands for a time that the clock skipped
    first_of_two, ///< the clock shows this time again later
    second_of_two,
};

struct Slot {
    Instant at;
    SlotKind kind = SlotKind::usual;

    friend bool operator==(const Slot &, const Slot &) = default;
};

/// A fixed hour that the clock skips.
struct Skipped {
    LocalTime wanted;
    Gap gap;
};

/// Immutable: any thread.
class Timetable {
public:
    /// `calendars` is not empty; `zone` is for those that name none.
    Timetable(std::vector<Calendar> calendars, Zone zone, DstGap gaps);

    /// The first slot after `after`; nothing: never again.
    std::optional<Slot> next(Instant after) const;
    /// The first fixed hour lost in (after, until], whatever becomes of it. A calendar of "*" or of
    /// every few hours loses none: its next time is soon.
    std::optional<Skipped> skipped(Instant after, Instant until) const;

    const std::vector<Calendar> &calendars() const { return calendars_; }
    /// In which to show its slots: that of its only calendar, else the one given.
    const Zone &zone() const { return zone_; }
    DstGap gaps() const { return gaps_; }

private:
    std::optional<Slot> next_of(const Calendar &calendar, Instant after) const;
    std::optional<Skipped> skipped_by(const Calendar &calendar, Instant after, Instant until) const;

    std::vector<Calendar> calendars_;
    Zone zone_;
    DstGap gaps_;
};

} // namespace intact::schedule
