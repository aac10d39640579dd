#include "scheduler/slot_range.hpp"

namespace intact::scheduler {
namespace {

constexpr std::uint64_t kMostCounted = 10'000;

// No calendar can be asked for the slot before a time: looks forward from ever farther back.
Instant last_slot_until(const schedule::Timetable &timetable, Instant known, Instant until) {
    for (microseconds back = std::chrono::seconds(1); until - back > known; back *= 2) {
        if (const auto slot = timetable.next(until - back); slot && slot->at <= until) {
            known = slot->at;
            break;
        }
    }
    for (auto slot = timetable.next(known); slot && slot->at <= until;
         slot = timetable.next(known)) {
        known = slot->at;
    }
    return known;
}

} // namespace

SlotRange slots_until(const schedule::Timetable &timetable, Instant first, Instant until) {
    SlotRange range{first, first, 1};
    while (range.count < kMostCounted) {
        const auto slot = timetable.next(range.last);
        if (!slot || slot->at > until) {
            return range;
        }
        range.last = slot->at;
        ++range.count;
    }
    range.last = last_slot_until(timetable, range.last, until);
    range.count = 0;
    return range;
}

} // namespace intact::scheduler
