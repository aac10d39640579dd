#include "schedule/calendar_text.hpp"
#include "schedule/component_parser.hpp"
#include "schedule/words.hpp"

#include <algorithm>
#include <charconv>

namespace intact::schedule {
namespace {

using std::string_view;

const Chain kZero{{0, std::nullopt, 0}};
constexpr string_view kSayWhen = "say when, as in \"daily\" or \"Mon..Fri 02:30\"";

std::optional<std::size_t> weekday_of(string_view word) {
    for (std::size_t day = 0; day < kWeekdays.size(); ++day) {
        if (is_same_word(word, kWeekdays[day]) || is_same_word(word, kWeekdays[day].substr(0, 3))) {
            return day;
        }
    }
    return std::nullopt;
}

std::optional<string_view> meaning_of(string_view word) {
    for (const Shorthand &shorthand : kShorthands) {
        if (is_same_word(word, shorthand.word)) {
            return shorthand.meaning;
        }
    }
    return std::nullopt;
}

bool begins_with_weekday(string_view word) {
    const string_view letters = TextCursor{word}.take_letters();
    const string_view rest = word.substr(letters.size());
    // Not so "Sat/..." or "Mon_...", which could be zones.
    return weekday_of(letters) && !rest.starts_with('/') && !rest.starts_with('_');
}

/// Takes the last word off if it is no part of a date or time.
Read<std::optional<Zone>> take_zone(string_view &text) {
    const std::size_t space = text.rfind(' ');
    const std::size_t begin = space == string_view::npos ? 0 : space + 1;
    const string_view word = text.substr(begin);
    if (word.empty()) {
        return std::nullopt;
    }
    const bool is_offset =
        begin > 0 && (word[0] == '+' || word[0] == '-') && word.find(':') != string_view::npos;
    if ((!is_letter(word[0]) && !is_offset) || begins_with_weekday(word)) {
        return std::nullopt;
    }
    if (begin == 0) {
        if (!meaning_of(word)) {
            return wrong(0, word.size(), fmt::format("has an unknown word '{}'", one_line(word)),
                         std::string(kSayWhen));
        }
        return std::nullopt;
    }
    auto zone = Zone::named(word);
    if (!zone) {
        return wrong(begin, word.size(), "names " + zone.error().message(),
                     std::string(zone.error().hint()));
    }
    text = text.substr(0, space);
    return std::optional<Zone>(*std::move(zone));
}

/// "@SECONDS" since 1970.
Read<CalendarParts> read_epoch(string_view text) {
    using namespace std::chrono;
    constexpr sys_seconds kEnd{sys_days{year(static_cast<int>(kLastYear) + 1) / 1 / 1}};
    const string_view digits = text.substr(1);
    std::int64_t count = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    if (digits.empty() || !is_digit(digits[0]) || read.ptr != digits.data() + digits.size()) {
        return wrong(1, digits.size(), "must have the seconds since 1970 after '@'");
    }
    if (read.ec != std::errc() || count >= kEnd.time_since_epoch().count()) {
        return wrong(1, digits.size(), fmt::format("names a time after the year {}", kLastYear));
    }
    const sys_seconds instant{seconds(count)};
    const auto date = floor<days>(instant);
    const year_month_day day(date);
    const hh_mm_ss time(instant - date);
    const auto only = [](std::int64_t value) { return Chain{Item{value, std::nullopt, 0}}; };
    CalendarParts parts;
    parts.year = only(int{day.year()});
    parts.month = only(unsigned{day.month()});
    parts.day = only(unsigned{day.day()});
    parts.hour = only(time.hours().count());
    parts.minute = only(time.minutes().count());
    parts.second = only(time.seconds().count() * kSecond);
    return parts;
}

Read<std::size_t> read_weekday(TextCursor &cursor) {
    const std::size_t begin = cursor.at;
    const string_view word = cursor.take_letters();
    if (word.empty()) {
        return cursor.unexpected_here("a day of the week");
    }
    const auto day = weekday_of(word);
    if (!day) {
        return wrong(begin, word.size(), fmt::format("has an unknown word '{}'", word),
                     "days are Mon, Tue, Wed, Thu, Fri, Sat, Sun, or their full names");
    }
    return *day;
}

/// As CalendarParts::weekdays, and the spaces behind.
Read<std::uint8_t> read_weekdays(TextCursor &cursor) {
    std::uint8_t weekdays = 0;
    do {
        if (cursor.is_over() || cursor.here() == ' ') {
            break; // a comma may stand at the end
        }
        const std::size_t begin = cursor.at;
        INTACT_TRY_ASSIGN(const std::size_t first, read_weekday(cursor));
        std::size_t last = first;
        if (cursor.take_dots() || cursor.take('-')) {
            INTACT_TRY_ASSIGN(last, read_weekday(cursor));
        }
        if (last < first) {
            return wrong(begin, cursor.at - begin, "has a range of days that ends before it begins",
                         "a week begins on Monday: name both parts, as in \"Sat,Sun,Mon\"");
        }
        for (std::size_t day = first; day <= last; ++day) {
            weekdays = static_cast<std::uint8_t>(weekdays | 1U << day);
        }
    } while (cursor.take(','));
    if (!cursor.is_over() && cursor.here() != ' ') {
        return cursor.unexpected_here("a space");
    }
    cursor.skip_spaces();
    constexpr std::uint8_t kAll = 0x7f;
    return weekdays == kAll ? std::uint8_t{0} : weekdays;
}

/// Whether what follows, up to a space, has three components rather than two.
Read<bool> has_year(TextCursor cursor) {
    INTACT_TRY(skip_component(cursor));
    const string_view rest = cursor.rest();
    if (!rest.starts_with('-')) {
        return false;
    }
    const std::size_t stop = rest.find_first_of("-~ ", 1);
    return stop != string_view::npos && rest[stop] != ' ';
}

Read<> read_date(TextCursor &cursor, CalendarParts &parts) {
    INTACT_TRY_ASSIGN(const bool names_year, has_year(cursor));
    if (names_year) {
        INTACT_TRY_ASSIGN(parts.year, read_component(cursor, kYear));
        cursor.take('-'); // has_year() saw it
    }
    INTACT_TRY_ASSIGN(parts.month, read_component(cursor, kMonth));
    const bool is_from_end = cursor.here() == '~';
    if (!cursor.take('-') && !cursor.take('~')) {
        return cursor.unexpected_here("'-' or '~' and a day");
    }
    const std::size_t begin = cursor.at;
    INTACT_TRY_ASSIGN(parts.day, read_component(cursor, is_from_end ? kDayFromEnd : kDay));
    parts.day_from_end = is_from_end && !parts.day.empty();
    normalize(parts.day);
    // systemd 252 takes each further day of a list only if it lies three days nearer to the end.
    std::int64_t last = kDayFromEnd.last;
    for (const Item &item : parts.day_from_end ? parts.day : Chain{}) {
        if (item.last.value_or(item.first) > last) {
            return wrong(begin, cursor.at - begin,
                         fmt::format("names day {} from the month's end; at this place of a list "
                                     "it goes to {}",
                                     item.last.value_or(item.first), last),
                         "name such days from the month's beginning");
        }
        last -= 3;
    }
    return {};
}

Read<> read_time(TextCursor &cursor, CalendarParts &parts) {
    INTACT_TRY_ASSIGN(parts.hour, read_component(cursor, kHour));
    if (!cursor.take(':')) {
        return cursor.unexpected_here("':' and minutes");
    }
    INTACT_TRY_ASSIGN(parts.minute, read_component(cursor, kMinute));
    if (cursor.take(':')) {
        INTACT_TRY_ASSIGN(parts.second, read_component(cursor, kSeconds));
        if (parts.second.empty()) {
            parts.second = kEverySecond;
        }
    }
    if (!cursor.is_over()) {
        return cursor.unexpected_here("the end or a time zone");
    }
    return {};
}

/// [WEEKDAYS] [DATE] [TIME]; without a time it is midnight.
Read<CalendarParts> read_parts(string_view text) {
    TextCursor cursor{text};
    CalendarParts parts;
    parts.second = kZero;
    if (is_letter(cursor.here())) {
        INTACT_TRY_ASSIGN(parts.weekdays, read_weekdays(cursor));
    }
    const string_view rest = cursor.rest();
    const string_view word = rest.substr(0, rest.find(' '));
    const bool has_date = word.find_first_of("-~") != string_view::npos;
    if (has_date) {
        INTACT_TRY(read_date(cursor, parts));
        if (!cursor.is_over() && cursor.here() != ' ') {
            return cursor.unexpected_here("a space");
        }
        cursor.skip_spaces();
    }
    if (cursor.is_over()) {
        parts.hour = parts.minute = kZero;
    } else {
        INTACT_TRY(read_time(cursor, parts));
    }
    for (Chain *chain : {&parts.year, &parts.month, &parts.hour, &parts.minute, &parts.second}) {
        normalize(*chain);
    }
    return parts;
}

} // namespace

tl::expected<CalendarReading, CalendarError> read_calendar(string_view text) {
    if (text.empty()) {
        return wrong(0, 0, "is empty", std::string(kSayWhen));
    }
    CalendarReading reading;
    INTACT_TRY_ASSIGN(reading.zone, take_zone(text));
    if (text.front() == '@') {
        INTACT_TRY_ASSIGN(reading.parts, read_epoch(text));
        reading.zone = Zone::named("UTC").value();
        return reading;
    }
    INTACT_TRY_ASSIGN(reading.parts, read_parts(meaning_of(text).value_or(text)));
    return reading;
}

} // namespace intact::schedule
