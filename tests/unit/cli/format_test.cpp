// Figures and names as people read them.
#include "cli/format.hpp"
#include "cli/table.hpp"

#include <cstdlib>
#include <ctime>
#include <gtest/gtest.h>

namespace intact::cli {
namespace {

using namespace std::chrono_literals;

TEST(FormatCount, groups_thousands) {
    EXPECT_EQ(format_count(0), "0");
    EXPECT_EQ(format_count(999), "999");
    EXPECT_EQ(format_count(1000), "1,000");
    EXPECT_EQ(format_count(1234567), "1,234,567");
    EXPECT_EQ(format_count(1, "entry", "entries"), "1 entry");
    EXPECT_EQ(format_count(2000, "entry", "entries"), "2,000 entries");
}

TEST(FormatClock, shows_hours_only_when_there_are_any) {
    EXPECT_EQ(format_clock(7s), "0:07");
    EXPECT_EQ(format_clock(754s), "12:34");
    EXPECT_EQ(format_clock(3723s), "1:02:03");
    EXPECT_EQ(format_clock(-5s), "0:00");
}

TEST(FormatSpan, takes_two_units_at_most_and_never_rounds_to_a_full_next_one) {
    EXPECT_EQ(format_span(0us), "0 ms");
    EXPECT_EQ(format_span(120ms), "120 ms");
    EXPECT_EQ(format_span(999'499us), "999 ms");
    EXPECT_EQ(format_span(999'600us), "1.0 s");
    EXPECT_EQ(format_span(3240ms), "3.2 s");
    EXPECT_EQ(format_span(59'960ms), "1 min 0 s");
    EXPECT_EQ(format_span(125s), "2 min 5 s");
    EXPECT_EQ(format_span(3720s), "1 h 2 min");
}

TEST(FormatPercent, is_never_whole_before_the_end) {
    EXPECT_EQ(format_percent(1, 0), "");
    EXPECT_EQ(format_percent(0, 10), "0 %");
    EXPECT_EQ(format_percent(9999, 10000), "99 %");
    EXPECT_EQ(format_percent(10000, 10000), "100 %");
    EXPECT_EQ(format_percent(15, 10), "150 %");
}

TEST(FormatTime, is_local_and_names_its_zone) {
    setenv("TZ", "Europe/Berlin", 1);
    tzset();
    EXPECT_EQ(format_time(WallTime(1'795'312'800s)), "2026-11-22 03:00:00 CET");
    unsetenv("TZ");
    tzset();
}

TEST(ColumnsOf, counts_characters_and_wide_ones_twice) {
    EXPECT_EQ(columns_of("abc"), 3U);
    EXPECT_EQ(columns_of("äö"), 2U);
    EXPECT_EQ(columns_of("日本"), 4U);
}

TEST(FitEnd, keeps_what_fits) {
    EXPECT_EQ(fit_end("usr/share", 9), "usr/share");
}

TEST(FitEnd, keeps_the_end_within_the_columns) {
    const std::string fitted = fit_end("usr/share/doc/readme", 10);
    EXPECT_EQ(fitted, "…c/readme");
    EXPECT_LE(columns_of(fitted), 10U);
}

TEST(FitEnd, never_cuts_a_character) {
    for (std::size_t columns = 0; columns < 12; ++columns) {
        const std::string fitted = fit_end("ää日本語öö", columns);
        EXPECT_LE(columns_of(fitted), columns);
        EXPECT_TRUE(fitted.empty() || (static_cast<unsigned char>(fitted[0]) & 0xc0) != 0x80);
    }
}

TEST(FitStart, keeps_the_start_within_the_columns) {
    EXPECT_EQ(fit_start("reading 12 MiB", 9), "reading…");
    EXPECT_EQ(fit_start("äöü", 3), "äöü");
    EXPECT_EQ(fit_start("abc", 1), "");
}

TEST(TableTest, sets_cells_under_their_titles) {
    Table table({{"NAME"}, {"SIZE", Align::right}});
    table.add({"ä", "1 B"});
    table.add({"longer", "1,000 B"}, "damaged: cut");
    EXPECT_EQ(table.render(), "NAME       SIZE\n"
                              "ä           1 B\n"
                              "longer  1,000 B\n"
                              "    damaged: cut\n");
}

TEST(TableTest, leaves_no_space_at_the_end_of_a_line) {
    Table table({{"A"}, {"LONG TITLE"}});
    table.add({"x"});
    EXPECT_EQ(table.render(), "A  LONG TITLE\nx\n");
}

} // namespace
} // namespace intact::cli
