#include "schedule/timetable.hpp"

namespace intact::schedule {
namespace {

// The last instant that a calendar can name.
constexpr Instant kEnd{std::chrono::sys_days{std::chrono::year(2200) / 1 / 1}};

SlotKind kind_of(Instant at, const Zone &zone) {
    const Meeting meeting = zone.meeting(zone.local(at));
    if (meeting.shown != Shown::twice) {
        return SlotKind::usual;
    }
    return at == meeting.first ? SlotKind::first_of_two : SlotKind::second_of_two;
}

} // namespace

Timetable::Timetable(std::vector<Calendar> calendars, Zone zone, DstGap gaps)
    : calendars_(std::move(calendars)), zone_(std::move(zone)), gaps_(gaps) {
    if (calendars_.size() == 1 && calendars_.front().zone()) {
        zone_ = *calendars_.front().zone();
    }
}

std::optional<Slot> Timetable::next(Instant after) const {
    std::optional<Slot> best;
    for (const Calendar &calendar : calendars_) {
        const auto slot = next_of(calendar, after);
        if (slot && (!best || slot->at < best->at)) {
            best = slot;
        }
    }
    return best;
}

std::optional<Slot> Timetable::next_of(const Calendar &calendar, Instant after) const {
    const auto at = calendar.next(after, zone_);
    if (gaps_ == DstGap::run_after) {
        const auto lost = skipped_by(calendar, after, at.value_or(kEnd));
        if (lost && (!at || lost->gap.at < *at)) {
            return Slot{lost->gap.at, SlotKind::after_gap};
        }
    }
    return at ? std::optional(Slot{*at, kind_of(*at, calendar.zone().value_or(zone_))})
              : std::nullopt;
}

std::optional<Skipped> Timetable::skipped(Instant after, Instant until) const {
    std::optional<Skipped> best;
    for (const Calendar &calendar : calendars_) {
        const auto lost = skipped_by(calendar, after, until);
        if (lost && (!best || lost->gap.at < best->gap.at)) {
            best = lost;
        }
    }
    return best;
}

std::optional<Skipped> Timetable::skipped_by(const Calendar &calendar, Instant after,
                                             Instant until) const {
    if (!calendar.names_hours()) {
        return std::nullopt;
    }
    const Zone &zone = calendar.zone() ? *calendar.zone() : zone_;
    while (const auto gap = zone.next_gap(after, until)) {
        if (const auto wanted = calendar.first_shown(gap->begin, gap->end)) {
            return Skipped{*wanted, *gap};
        }
        after = gap->at;
    }
    return std::nullopt;
}

} // namespace intact::schedule
