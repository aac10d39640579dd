#include "schedule/calendar.hpp"

#include "schedule/calendar_text.hpp"
#include "schedule/component_parser.hpp"
#include "schedule/mktime.hpp"

#include <algorithm>
#include <array>

namespace intact::schedule {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;

constexpr std::size_t kYearLevel = 0;
constexpr std::size_t kMonthLevel = 1;
constexpr std::size_t kDayLevel = 2;
constexpr std::size_t kHourLevel = 3;
constexpr std::size_t kMinuteLevel = 4;
constexpr std::size_t kSecondLevel = 5;
constexpr std::size_t kLevels = 6;
/// What a clock on the wall shows, one number for each component; may be out of bounds.
using Reading = std::array<std::int64_t, kLevels>;
constexpr Reading kLeast{kFirstYear, 1, 1, 0, 0, 0};

std::chrono::local_days date_of(const Reading &reading) {
    const std::int64_t months = reading[kMonthLevel] - 1;
    return std::chrono::local_days(
               std::chrono::year(static_cast<int>(reading[kYearLevel] + months / 12)) /
               static_cast<int>(months % 12 + 1) / 1) +
           days(reading[kDayLevel] - 1);
}

LocalTime time_of(const Reading &reading) {
    return date_of(reading) + hours(reading[kHourLevel]) + minutes(reading[kMinuteLevel]) +
           microseconds(reading[kSecondLevel]);
}

Reading reading_of(LocalTime time) {
    const auto date = floor<days>(time);
    const std::chrono::year_month_day day(date);
    const microseconds rest = time - date;
    return {int{day.year()}, unsigned{day.month()},        unsigned{day.day()},
            rest / hours(1), rest % hours(1) / minutes(1), (rest % minutes(1)).count()};
}

/// Turns one component after the other forward to what the parts name, the largest first. It does
/// what systemd 252 does also where that leaves times out: an endless step ("0/5") overruns its
/// unit, and where that ends a larger unit too, only one component begins anew.
class Search {
public:
    /// Without a clock, all times are shown.
    Search(const CalendarParts &parts, MkTime *clock) : parts_(parts), clock_(clock) {}

    /// The least time named, from `from` on; nothing also if the clock leads nowhere.
    std::optional<LocalTime> next(LocalTime from, Summer summer = Summer::unknown) {
        reading_ = reading_of(from);
        summer_ = summer;
        keeps_summer_ = false;
        for (int turns = 0; turns < kMostTurns; ++turns) {
            switch (turn()) {
            case Turn::found:
                if (time_of(reading_) >= from) {
                    return time_of(reading_);
                }
                // The clock went back over a gap; from now on it stays with its half of the year.
                ++reading_[kHourLevel];
                keeps_summer_ = true;
                break;
            case Turn::never:
                return std::nullopt;
            case Turn::again:
                break;
            }
        }
        is_lost_ = true;
        return std::nullopt;
    }

    /// Whether next() ended without an answer, where systemd says EDEADLK.
    bool is_lost() const { return is_lost_; }
    /// What the clock says of the time found.
    Summer summer() const { return summer_; }

private:
    enum class Turn : std::uint8_t { found, again, never };
    enum class Shows : std::uint8_t { this_time, a_later_one, none_later };
    static constexpr int kMostTurns = 1000;

    Turn turn() {
        const LocalTime time = time_of(reading_);
        const auto now = shown(time);
        reading_ = reading_of(now.value_or(time));
        confirmed_ = now == time ? reading_ : Reading{};
        summer_ = keeps_summer_ ? found_summer_ : Summer::unknown;
        for (std::size_t level = 0; level < kLevels; ++level) {
            const auto value = next_value(level);
            if (level == kYearLevel && value.value_or(kLastYear + 1) > kLastYear) {
                return Turn::never;
            }
            if (!value) {
                return carry(level - 1);
            }
            if (*value != reading_[level]) {
                reading_[level] = *value;
                begin_below(level);
            }
            switch (check()) {
            case Shows::this_time:
                break;
            case Shows::a_later_one:
                return level == kYearLevel ? Turn::never : Turn::again;
            case Shows::none_later:
                return level == kYearLevel ? Turn::never : carry(level - 1);
            }
            if (level == kDayLevel && !has_weekday()) {
                return carry(kDayLevel);
            }
        }
        return Turn::found;
    }

    std::optional<std::int64_t> next_value(std::size_t level) {
        const std::int64_t from = reading_[level];
        switch (level) {
        case kYearLevel:
            return next_in(parts_.year, from);
        case kMonthLevel:
            return next_in(parts_.month, from);
        case kDayLevel:
            return next_in(parts_.day_from_end ? days_from_end() : parts_.day, from);
        case kHourLevel:
            return next_in(parts_.hour, from);
        case kMinuteLevel:
            return next_in(parts_.minute, from);
        default:
            return next_in(parts_.second, from);
        }
    }

    void begin_below(std::size_t level) {
        std::copy(kLeast.begin() + level + 1, kLeast.end(), reading_.begin() + level + 1);
    }

    Turn carry(std::size_t level) {
        ++reading_[level];
        begin_below(level);
        return Turn::again;
    }

    bool has_weekday() const {
        return parts_.weekdays == 0 ||
               (parts_.weekdays >> (std::chrono::weekday(date_of(reading_)).iso_encoding() - 1) &
                1) != 0;
    }

    /// What the clock shows for a time; nothing: it has no answer.
    std::optional<LocalTime> shown(LocalTime time) {
        if (clock_ == nullptr) {
            return time;
        }
        confirmed_ = {};
        const auto found = clock_->find(time, summer_);
        if (!found) {
            return std::nullopt;
        }
        found_summer_ = found->summer;
        return found->shown;
    }

    /// Day 1 is the month's last, day 0 the first of the next; -1: not in this month.
    std::int64_t day_from_end(std::int64_t day) {
        Reading there = reading_;
        ++there[kMonthLevel];
        there[kDayLevel] = 1 - day;
        const auto time = shown(time_of(there));
        if (!time || reading_of(*time)[kMonthLevel] != reading_[kMonthLevel]) {
            return -1;
        }
        return reading_of(*time)[kDayLevel];
    }

    /// The month's days, counted from its beginning.
    Chain days_from_end() {
        Chain chain;
        for (const Item &item : parts_.day) {
            const std::int64_t first = day_from_end(item.first);
            const std::int64_t last = day_from_end(item.last.value_or(-1));
            // The farther from the end, the earlier: a range begins with its last value.
            chain.push_back(last > 0 ? Item{last, first, item.step}
                                     : Item{first, std::nullopt, item.step});
        }
        return chain;
    }

    /// Goes on to a later time that is shown instead of the reading.
    Shows check() {
        if (reading_ == confirmed_) {
            return Shows::this_time; // the clock would say the same again
        }
        const auto time = shown(time_of(reading_));
        if (!time) {
            return Shows::none_later;
        }
        Reading now = reading_of(*time);
        const auto [old, other] = std::mismatch(reading_.begin(), reading_.end(), now.begin());
        if (old == reading_.end()) {
            confirmed_ = reading_;
            return Shows::this_time;
        }
        if (*other < *old && time_of(now) < time_of(reading_)) {
            return Shows::none_later;
        }
        const auto level = static_cast<std::size_t>(old - reading_.begin());
        if (level + 1 < kLevels) {
            const std::int64_t fraction = now[kSecondLevel] % kSecond;
            now[level + 1] = kLeast[level + 1];
            now[kSecondLevel] += level + 1 == kSecondLevel ? fraction : 0;
        }
        reading_ = now;
        summer_ = found_summer_;
        return Shows::a_later_one;
    }

    const CalendarParts &parts_;
    MkTime *clock_;
    Reading reading_{};
    Reading confirmed_{};                   ///< what the clock was asked last, and shows
    Summer summer_ = Summer::unknown;       ///< what is known of the reading
    Summer found_summer_ = Summer::unknown; ///< what the clock said last
    bool keeps_summer_ = false;
    bool is_lost_ = false;
};

} // namespace

tl::expected<Calendar, CalendarError> Calendar::parse(std::string_view text) {
    auto read = read_calendar(text);
    if (!read) {
        return tl::unexpected(std::move(read).error());
    }
    Calendar calendar;
    calendar.parts_ = std::move(read->parts);
    calendar.zone_ = std::move(read->zone);
    return calendar;
}

std::string Calendar::normal_form() const {
    return zone_ ? spelled(parts_) + " " + zone_->name() : spelled(parts_);
}

std::optional<Instant> Calendar::next(Instant after, const Zone &zone) const {
    const Zone &here = zone_ ? *zone_ : zone;
    const Instant begin = after + microseconds(1);
    const Zone::Shows shows = here.shows(begin);
    MkTime clock(here, begin);
    Search search(parts_, &clock);
    const auto local = search.next(shows.local, shows.is_summer ? Summer::yes : Summer::no);
    if (search.is_lost()) {
        return next_plainly(after, here);
    }
    if (!local) {
        return std::nullopt;
    }
    const auto found = clock.find(*local, search.summer());
    return found && found->instant > after ? found->instant : here.meeting(*local).second;
}

std::optional<Instant> Calendar::next_plainly(Instant after, const Zone &zone) const {
    LocalTime from = zone.local(after) + microseconds(1);
    while (const auto local = Search(parts_, nullptr).next(from)) {
        const Meeting meeting = zone.meeting(*local);
        if (meeting.shown != Shown::never) {
            return meeting.first > after ? meeting.first : meeting.second;
        }
        from = zone.local(meeting.first); // what the clock shows after its jump
    }
    return std::nullopt;
}

bool Calendar::names_hours() const {
    return !parts_.hour.empty() &&
           std::all_of(parts_.hour.begin(), parts_.hour.end(), [](const Item &item) {
               return item.step <= 1 && (item.step == 0 || item.last);
           });
}

std::optional<LocalTime> Calendar::first_shown(LocalTime from, LocalTime until) const {
    const auto local = Search(parts_, nullptr).next(from);
    return local && *local < until ? local : std::nullopt;
}

} // namespace intact::schedule
