#include "schedule/calendar.hpp"

#include "support/sanitized.hpp"
#include "unit/schedule/random_calendar.hpp"
#include "unit/schedule/systemd_analyze.hpp"

#include <array>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace intact::schedule {
namespace {

using namespace std::chrono;

struct Refused {
    const char *text;
    std::size_t at;
    std::size_t length;
    const char *message;
};

constexpr std::array kRefused{
    Refused{"", 0, 0, "is empty"},
    Refused{" 12:00", 0, 1, "has ' ' where a number (hour) should be"},
    Refused{"12:00 ", 5, 1, "has ' ' where the end or a time zone should be"},
    Refused{"often", 0, 5, "has an unknown word 'often'"},
    Refused{"Mondays", 0, 7, "has an unknown word 'Mondays'"},
    Refused{"Mon,Foo 12:00", 4, 3, "has an unknown word 'Foo'"},
    Refused{"Sat..Mon", 0, 8, "has a range of days that ends before it begins"},
    Refused{"12", 2, 0, "ends where ':' and minutes should follow"},
    Refused{"24:00", 0, 2, "names hour 24; it goes from 0 to 23"},
    Refused{"12:60", 3, 2, "names minute 60; it goes from 0 to 59"},
    Refused{"12:00:60", 6, 2, "names second 60; it goes from 0 to 59"},
    Refused{"12:00:1..1", 6, 4, "has a range of less than a second"},
    Refused{"12:00:1.", 8, 0, "ends where a fraction of a second should follow"},
    Refused{"12:", 3, 0, "ends where a number (minute) should follow"},
    Refused{"5..3:00", 0, 4, "has a range that ends before it begins"},
    Refused{"12/20:00", 0, 5, "repeats beyond the last hour"},
    Refused{"12/0:00", 3, 1, "repeats by 0"},
    Refused{"*/5:00", 0, 2, "has a '*' that is not alone"},
    Refused{"*,5:00", 0, 2, "has a '*' that is not alone"},
    Refused{"13-01", 0, 2, "names month 13; it goes from 1 to 12"},
    Refused{"*-*-32", 4, 2, "names day 32; it goes from 1 to 31"},
    Refused{"*-*-0", 4, 1, "names day 0; it goes from 1 to 31"},
    Refused{"*-*~29", 4, 2, "names day from the month's end 29; it goes from 1 to 28"},
    Refused{"2200-01-01", 0, 4, "names year 2200; it goes from 1970 to 2199"},
    Refused{"*-*-1,", 6, 0, "ends where a number (day) should follow"},
    Refused{"99999999999999999999:00", 0, 20, "has a number that is too large"},
    Refused{"@", 1, 0, "must have the seconds since 1970 after '@'"},
    Refused{"@12x", 1, 3, "must have the seconds since 1970 after '@'"},
    Refused{"@9999999999999", 1, 13, "names a time after the year 2199"},
    Refused{"12:00 Europe/Nowhere", 6, 14, "names no time zone 'Europe/Nowhere' on this host"},
};

TEST(CalendarTest, SaysWhatIsWrongAndWhere) {
    for (const Refused &refused : kRefused) {
        const auto calendar = Calendar::parse(refused.text);
        ASSERT_FALSE(calendar) << refused.text;
        EXPECT_EQ(calendar.error().message, refused.message) << refused.text;
        EXPECT_EQ(calendar.error().at, refused.at) << refused.text;
        EXPECT_EQ(calendar.error().length, refused.length) << refused.text;
    }
}

TEST(CalendarTest, SystemdRefusesTheSame) {
    if (!has_systemd_analyze()) {
        GTEST_SKIP() << "no systemd-analyze here";
    }
    for (const Refused &refused : kRefused) {
        EXPECT_FALSE(systemd_takes(refused.text)) << refused.text;
    }
}

TEST(CalendarTest, RefusesZonesThatLeaveSummerOpen) {
    for (const char *zone : {"CET", "EST", "GMT", "CEST", "PDT", "IST"}) {
        const auto calendar = Calendar::parse(std::string("12:00 ") + zone);
        ASSERT_FALSE(calendar) << zone;
        EXPECT_EQ(calendar.error().at, 6U);
        EXPECT_NE(calendar.error().hint.find("summer time"), std::string::npos) << zone;
    }
    EXPECT_NE(Calendar::parse("12:00 +02:00").error().hint.find("offset"), std::string::npos);
}

TEST(CalendarTest, HasOneNormalForm) {
    constexpr std::array<std::array<const char *, 2>, 15> kForms{{
        {"daily", "*-*-* 00:00:00"},
        {"WEEKLY", "Mon *-*-* 00:00:00"},
        {"Mon..Fri 02:30", "Mon..Fri *-*-* 02:30:00"},
        {"Sun,Sat,fri 2:0", "Fri..Sun *-*-* 02:00:00"},
        {"Mon..Sun 2:0", "*-*-* 02:00:00"},
        {"Sat,Sun", "Sat,Sun *-*-* 00:00:00"},
        {"12-25", "*-12-25 00:00:00"},
        {"*-*~1", "*-*~01 00:00:00"},
        {"70-1-1", "1970-01-01 00:00:00"},
        {"10..20/15:0", "*-*-* 10:00:00"},
        {"3,1,3:0", "*-*-* 01,03:00:00"},
        {"0:0:0/0.5", "*-*-* 00:00:00/0.500000"},
        {"22:58:5,0/1,30/6", "*-*-* 22:58:*"},
        {"@86399", "1970-01-01 23:59:59 UTC"},
        {"12:00 Europe/Berlin", "*-*-* 12:00:00 Europe/Berlin"},
    }};
    for (const auto &[text, form] : kForms) {
        const auto calendar = Calendar::parse(text);
        ASSERT_TRUE(calendar) << text << " " << calendar.error().message;
        EXPECT_EQ(calendar->normal_form(), form) << text;
        EXPECT_EQ(Calendar::parse(form)->normal_form(), form);
    }
}

std::vector<std::string> next_of(const char *text, const char *zone_name, sys_seconds after,
                                 std::size_t count) {
    const Calendar calendar = Calendar::parse(text).value();
    const Zone zone = Zone::named(zone_name).value();
    std::vector<std::string> times;
    std::optional<Instant> next = Instant(after);
    while (times.size() < count && (next = calendar.next(*next, zone))) {
        const auto date = floor<days>(*next);
        const year_month_day day(date);
        const hh_mm_ss time(floor<seconds>(*next - date));
        times.push_back(fmt::format("{}-{:02}-{:02}T{:02}:{:02}:{:02}", int{day.year()},
                                    unsigned{day.month()}, unsigned{day.day()},
                                    time.hours().count(), time.minutes().count(),
                                    time.seconds().count()));
    }
    return times;
}

using Times = std::vector<std::string>;

TEST(CalendarTest, KeepsToTheClockOnTheWall) {
    // 02:30 is not shown on 29 March 2026, and twice on 25 October.
    EXPECT_EQ(next_of("02:30", "Europe/Berlin", sys_days{2026y / 3 / 28} + 6h, 2),
              (Times{"2026-03-30T00:30:00", "2026-03-31T00:30:00"}));
    EXPECT_EQ(next_of("02:30", "Europe/Berlin", sys_days{2026y / 10 / 24} + 6h, 2),
              (Times{"2026-10-25T00:30:00", "2026-10-26T01:30:00"}));
    // From between the two, the second one.
    EXPECT_EQ(next_of("02:30", "Europe/Berlin", sys_days{2026y / 10 / 25} + 1h, 1),
              (Times{"2026-10-25T01:30:00"}));
}

TEST(CalendarTest, ItsOwnZoneComesFirst) {
    EXPECT_EQ(next_of("12:00 Asia/Kathmandu", "Europe/Berlin", sys_days{2026y / 1 / 1}, 1),
              (Times{"2026-01-01T06:15:00"}));
}

TEST(CalendarTest, EndsWhereNothingFollows) {
    EXPECT_EQ(next_of("2020-02-29 12:00", "UTC", sys_days{2020y / 1 / 1}, 5),
              (Times{"2020-02-29T12:00:00"}));
    EXPECT_TRUE(next_of("*-02-30", "UTC", sys_days{2020y / 1 / 1}, 1).empty());
    EXPECT_EQ(next_of("Mon *-02-29", "UTC", sys_days{2026y / 1 / 1}, 2),
              (Times{"2044-02-29T00:00:00", "2072-02-29T00:00:00"}));
}

TEST(CalendarTest, SurvivesAnyText) {
    RandomCalendar random(1);
    constexpr int kTexts = test::kIsSanitized ? 5'000 : 100'000;
    const Zone zone = Zone::named("Europe/Berlin").value();
    for (int i = 0; i < kTexts; ++i) {
        const std::string text = random.damaged();
        const auto calendar = Calendar::parse(text);
        if (!calendar) {
            EXPECT_LE(calendar.error().at + calendar.error().length, text.size()) << text;
            EXPECT_FALSE(calendar.error().message.empty());
            continue;
        }
        const std::string form = calendar->normal_form();
        ASSERT_TRUE(Calendar::parse(form)) << text << " -> " << form;
        EXPECT_EQ(Calendar::parse(form)->normal_form(), form) << text;
        const Instant after = sys_days{2026y / 3 / 28};
        if (const auto next = calendar->next(after, zone)) {
            EXPECT_GT(*next, after) << text;
        }
    }
}

} // namespace
} // namespace intact::schedule
