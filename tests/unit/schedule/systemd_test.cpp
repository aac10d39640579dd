// Our calendar beside systemd's own, live. INTACT_SEED=N repeats a failure; INTACT_EXTENT=full asks
// more.
#include "schedule/calendar.hpp"
#include "support/extent.hpp"
#include "support/sanitized.hpp"
#include "unit/schedule/random_calendar.hpp"
#include "unit/schedule/systemd_analyze.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace intact::schedule {
namespace {

using namespace std::chrono;

constexpr std::array kZones{
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe", // half an hour of summer
    "Africa/Casablanca",   // winter in Ramadan
    "America/Santiago",    // begins at midnight
    "Antarctica/Troll",    // two hours of summer
    "Pacific/Chatham",     // a quarter past
    "Asia/Kathmandu",      // none
    "America/St_Johns",    // once at a minute past midnight
};
constexpr int kIterations = 3;
constexpr int kOfOneProcess = 25;
// Under a sanitizer the arithmetic is the same, only slower.
const int kExpressions = test::is_full() ? 5000 : test::kIsSanitized ? 100 : 600;

std::uint64_t seed() {
    const char *text = std::getenv("INTACT_SEED");
    const std::uint64_t seed =
        text != nullptr ? std::strtoull(text, nullptr, 10) : std::random_device{}();
    fmt::print("INTACT_SEED={}\n", seed);
    return seed;
}

Instant any_instant(RandomCalendar &random) {
    constexpr sys_seconds kFirst{sys_days{year{1971} / 1 / 2}};
    constexpr sys_seconds kLast{sys_days{year{2150} / 1 / 1}};
    return Instant(seconds(
        random.number(kFirst.time_since_epoch().count(), kLast.time_since_epoch().count())));
}

/// Within a day and a half of a change of the offset, where the zone still has any.
Instant near_change(RandomCalendar &random, const Zone &zone) {
    const Instant begin = any_instant(random);
    for (Instant at = begin; at < begin + days(400); at += days(1)) {
        if (zone.offset(at) != zone.offset(at + days(1))) {
            return at + seconds(random.number(-36L * 3600, 36L * 3600));
        }
    }
    return begin;
}

std::vector<Instant> ours(const Calendar &calendar, const Zone &zone, Instant base) {
    std::vector<Instant> times;
    std::optional<Instant> next = base;
    while (times.size() < kIterations && (next = calendar.next(*next, zone))) {
        times.push_back(*next);
    }
    return times;
}

std::string shown(const std::vector<Instant> &times) {
    std::string out;
    for (const Instant time : times) {
        out += fmt::format("{} ", floor<seconds>(time).time_since_epoch().count());
    }
    return out;
}

bool is_forward(const std::vector<Instant> &times, Instant base) {
    return (times.empty() || times.front() > base) &&
           std::is_sorted(times.begin(), times.end(), std::less_equal<>());
}

std::string refused(const std::vector<std::string> &expressions) {
    std::string out = "refused:";
    for (const std::string &expression : expressions) {
        out += systemd_takes(expression) ? "" : " '" + expression + "'";
    }
    return out;
}

TEST(SystemdTest, EveryNextTimeIsTheSame) {
    if (!has_systemd_analyze()) {
        GTEST_SKIP() << "no systemd-analyze here";
    }
    RandomCalendar random(seed());
    int compared = 0;
    int unanswered = 0;
    for (int done = 0; done < kExpressions; done += kOfOneProcess) {
        std::vector<std::string> expressions;
        while (expressions.size() < kOfOneProcess) {
            const std::string expression = random.expression();
            const auto calendar = Calendar::parse(expression);
            if (calendar) {
                expressions.push_back(expression);
            } else {
                ASSERT_FALSE(systemd_takes(expression))
                    << expression << " " << calendar.error().message;
            }
        }
        for (const char *name : kZones) {
            const Zone zone = Zone::named(name).value();
            const Instant base =
                random.number(0, 1) == 0 ? any_instant(random) : near_change(random, zone);
            const auto answers = ask_systemd(expressions, name, base, kIterations);
            ASSERT_EQ(answers.size(), expressions.size())
                << refused(expressions) << " in " << name << " " << base.time_since_epoch().count();
            for (std::size_t i = 0; i < answers.size(); ++i) {
                // At a few changes of the offset systemd 252 finds nothing, or a time that is over.
                const bool is_answered = !answers[i].gave_up && is_forward(answers[i].next, base);
                ++(is_answered ? compared : unanswered);
                if (!is_answered) {
                    continue;
                }
                const auto calendar = Calendar::parse(expressions[i]);
                ASSERT_TRUE(calendar) << expressions[i] << " " << calendar.error().message;
                const auto times = ours(*calendar, zone, base);
                ASSERT_EQ(times, answers[i].next)
                    << expressions[i] << " in " << name << " after "
                    << floor<seconds>(base).time_since_epoch().count()
                    << "\n  ours:    " << shown(times) << "\n  systemd: " << shown(answers[i].next);
                ASSERT_EQ(calendar->normal_form(), answers[i].normal_form) << expressions[i];
            }
        }
    }
    fmt::print("tally: {} calendar questions answered as systemd does, {} that it gave up\n",
               compared, unanswered);
    EXPECT_LT(unanswered, compared / 100);
}

TEST(SystemdTest, TheSameExpressionsAreRefused) {
    if (!has_systemd_analyze()) {
        GTEST_SKIP() << "no systemd-analyze here";
    }
    RandomCalendar random(seed());
    int refused = 0;
    const int kDamaged = test::is_full() ? 1500 : test::kIsSanitized ? 50 : 150;
    for (int done = 0; done < kDamaged; ++done) {
        const std::string expression = random.damaged();
        const auto calendar = Calendar::parse(expression);
        ASSERT_EQ(calendar.has_value(), systemd_takes(expression))
            << "'" << expression << "' " << (calendar ? "" : calendar.error().message);
        refused += calendar ? 0 : 1;
    }
    EXPECT_GT(refused, kDamaged / 4);
    EXPECT_LT(refused, kDamaged);
}

} // namespace
} // namespace intact::schedule
