#include "base/quantity.hpp"

#include "support/temp_dir.hpp"

#include <charconv>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace intact::test {
namespace {

using std::chrono::microseconds;

bool has_systemd_analyze() {
    return run_program("command -v systemd-analyze").exit_code == 0;
}

std::string shell_quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return out + "'";
}

/// What systemd makes of each spelling, or an error for the whole batch.
std::vector<std::uint64_t> ask_systemd(const std::vector<std::string> &spellings) {
    std::string command = "LC_ALL=C.UTF-8 systemd-analyze timespan --";
    for (const std::string &spelling : spellings) {
        command += " " + shell_quoted(spelling);
    }
    const ProgramResult result = run_program(command);
    EXPECT_EQ(result.exit_code, 0) << result.output;
    std::vector<std::uint64_t> values;
    constexpr std::string_view kMark = "\u03bcs: ";
    for (std::size_t at = result.output.find(kMark); at != std::string::npos;
         at = result.output.find(kMark, at + 1)) {
        std::uint64_t value = 0;
        const char *start = result.output.data() + at + kMark.size();
        std::from_chars(start, result.output.data() + result.output.size(), value);
        values.push_back(value);
    }
    return values;
}

void expect_same_as_systemd(const std::vector<std::string> &spellings) {
    std::vector<std::string> taken;
    for (const std::string &spelling : spellings) {
        if (parse_duration(spelling)) {
            taken.push_back(spelling);
        } else {
            EXPECT_NE(
                run_program("systemd-analyze timespan -- " + shell_quoted(spelling)).exit_code, 0)
                << "systemd takes '" << spelling << "', we do not";
        }
    }
    const std::vector<std::uint64_t> values = ask_systemd(taken);
    ASSERT_EQ(values.size(), taken.size());
    for (std::size_t i = 0; i < taken.size(); ++i) {
        const microseconds ours = *parse_duration(taken[i]);
        const std::uint64_t expected = ours == microseconds::max()
                                           ? std::numeric_limits<std::uint64_t>::max()
                                           : static_cast<std::uint64_t>(ours.count());
        EXPECT_EQ(values[i], expected) << "'" << taken[i] << "'";
    }
}

const std::vector<std::string> kSpellings{
    "5s",
    "5sec",
    "5second",
    "5seconds",
    "5us",
    "5usec",
    "5\u00b5s",
    "5\u03bcs",
    "5ms",
    "5msec",
    "5m",
    "5min",
    "5minute",
    "5minutes",
    "5h",
    "5hr",
    "5hour",
    "5hours",
    "5d",
    "5day",
    "5days",
    "5w",
    "5week",
    "5weeks",
    "5M",
    "5month",
    "5months",
    "5y",
    "5year",
    "5years",
    "1h 30min",
    "1h30min",
    "1h30",
    "1y 12month",
    "55s500ms",
    "300ms20s 5day",
    "1.5h",
    "0.5s",
    ".5s",
    "5.s",
    "1.s",
    "1. 5s",
    "12.34 .56s",
    "12.34.56s",
    "1.5us",
    "1.9999999s",
    "5 5s",
    "5s 5",
    "5s.5",
    "infinity",
    " infinity ",
    "infinitys",
    "infinity 5s",
    "inf",
    "",
    " ",
    "s",
    "-1s",
    "-0s",
    "+5s",
    "++5s",
    "+.5s",
    "\v5s",
    "5\ts",
    "5 \n s",
    "5sx",
    "5hs",
    "5 m s",
    "5s,3s",
    "5S",
    "5MIN",
    "5Min",
    "5H",
    "0s",
    "0x5s",
    "1e3s",
    "5 \u03bcs",
    "5mon",
    "2hours30 minutes",
    "9223372036854775807s",
    "584542y",
    "584543y",
    "18446744073709551615us",
    "18446744073709551616us",
    "99999999999999999999999999s",
    "290000y",
    "1y1y1y",
    "007s",
    "1.05month",
    "0.1w",
    "nan",
    "5''s",
};

TEST(Duration, reads_a_list_of_spellings_as_systemd_does) {
    if (!has_systemd_analyze()) {
        GTEST_SKIP() << "systemd-analyze is not installed";
    }
    expect_same_as_systemd(kSpellings);
}

TEST(Duration, reads_random_combinations_as_systemd_does) {
    if (!has_systemd_analyze()) {
        GTEST_SKIP() << "systemd-analyze is not installed";
    }
    const std::vector<std::string> units{
        "us",    "usec", "\u00b5s", "\u03bcs", "ms",    "msec",  "s", "sec",  "seconds",
        "m",     "min",  "minutes", "h",       "hr",    "hours", "d", "days", "w",
        "weeks", "M",    "months",  "y",       "years", "x",     ".", ""};
    std::mt19937 random(20261122);
    const auto below = [&](std::size_t n) { return random() % n; };
    std::vector<std::string> spellings;
    for (int i = 0; i < 400; ++i) {
        std::string text;
        const std::size_t parts = 1 + below(4);
        for (std::size_t part = 0; part < parts; ++part) {
            text += std::to_string(below(2000));
            text += below(3) == 0 ? "." + std::to_string(below(100000)) : "";
            text += std::string(below(2), ' ');
            // Mostly right, so that long combinations are taken too.
            text += units[below(10) == 0 ? below(units.size()) : below(units.size() - 3)];
            text += std::string(below(3), ' ');
        }
        spellings.push_back(text + "1s"); // a unit somewhere: bare numbers are our own rule
    }
    expect_same_as_systemd(spellings);
}

TEST(Duration, refuses_a_number_without_unit_and_says_how_to_write_it) {
    for (const std::string text : {"5", "5.5", "0", " 5 ", "5 5", "+5"}) {
        EXPECT_FALSE(parse_duration(text)) << text;
    }
    EXPECT_EQ(parse_duration("5").error().hint(), "add a unit such as \"5s\"");
    EXPECT_EQ(parse_duration("5").error().code(), ErrorCode::config_invalid);
}

TEST(Duration, refuses_what_64_bits_of_signed_microseconds_cannot_hold) {
    EXPECT_FALSE(parse_duration("300000y"));
    EXPECT_FALSE(parse_duration("9223372036854775807us"));
    EXPECT_EQ(parse_duration("9223372036854775806us")->count(), 9223372036854775806);
}

TEST(Duration, refuses_a_nul_byte) {
    EXPECT_FALSE(parse_duration(std::string_view("5s\0", 3)));
    EXPECT_FALSE(parse_duration(std::string_view("\0", 1)));
}

TEST(Duration, is_written_for_people) {
    EXPECT_EQ(format_duration(std::chrono::minutes(90)), "1h 30min");
    EXPECT_EQ(format_duration(microseconds(0)), "0s");
    EXPECT_EQ(format_duration(microseconds(1'000'001)), "1s 1us");
    EXPECT_EQ(format_duration(std::chrono::hours(48)), "2d");
    EXPECT_EQ(format_duration(microseconds::max()), "infinity");
}

TEST(Duration, round_trips_through_its_spelling) {
    std::mt19937_64 random(1);
    for (int i = 0; i < 2000; ++i) {
        const microseconds span(static_cast<std::int64_t>(random() >> (1 + random() % 62)));
        EXPECT_EQ(parse_duration(format_duration(span)), span) << format_duration(span);
    }
}

struct SizeCase {
    std::string_view text;
    std::uint64_t bytes;
};

TEST(Size, reads_iec_and_si_units) {
    const std::vector<SizeCase> cases{
        {"512", 512},
        {"512B", 512},
        {"1K", 1024},
        {"1KiB", 1024},
        {"1KB", 1000},
        {"1kB", 1000},
        {"10GiB", 10737418240},
        {"10G", 10737418240},
        {"10GB", 10000000000},
        {"1.5GiB", 1610612736},
        {"4 MiB", 4194304},
        {" 1T ", 1099511627776},
        {"1PiB", 1125899906842624},
        {"15EiB", 17293822569102704640U},
        {"18446744073709551615", 18446744073709551615U},
        {"0.5K", 512},
        {"0.0009765625K", 1},
        {"0.0009K", 0},
        {"1.999999999999999999999999KiB", 2047},
        {"0", 0},
    };
    for (const SizeCase &one : cases) {
        const Result<std::uint64_t> got = parse_size(one.text);
        ASSERT_TRUE(got) << one.text << ": " << got.error().message();
        EXPECT_EQ(*got, one.bytes) << one.text;
    }
}

TEST(Size, refuses_what_is_no_size) {
    for (const std::string_view text :
         {"", " ", "K", "-1", "1X", "1KiBB", "1Ki", "1 0", "1.K", ".5K", "1,5K", "1mb", "16E",
          "16EiB", "18446744073709551616", "99999999999999999999999E", "1.5.5K", "0x10", "+1"}) {
        EXPECT_FALSE(parse_size(text)) << text;
    }
    EXPECT_FALSE(parse_size(std::string_view("1\0", 2)));
}

TEST(Size, is_written_with_three_significant_digits) {
    EXPECT_EQ(format_size(0), "0 B");
    EXPECT_EQ(format_size(812), "812 B");
    EXPECT_EQ(format_size(1024), "1.00 KiB");
    EXPECT_EQ(format_size(1417339208), "1.32 GiB");
    EXPECT_EQ(format_size(10234), "9.99 KiB");
    EXPECT_EQ(format_size(10236), "10.0 KiB");
    EXPECT_EQ(format_size(102400), "100 KiB");
    EXPECT_EQ(format_size(1024 * 1024 - 1), "1.00 MiB");
    EXPECT_EQ(format_size(std::numeric_limits<std::uint64_t>::max()), "16.0 EiB");
}

} // namespace
} // namespace intact::test
