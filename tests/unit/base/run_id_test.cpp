#include "base/run_id.hpp"

#include <chrono>
#include <gtest/gtest.h>
#include <set>
#include <string>

namespace intact::test {
namespace {

WallTime at(std::int64_t milliseconds) {
    return WallTime(std::chrono::milliseconds(milliseconds));
}

TEST(RunId, reads_back_what_it_made) {
    const RunId id = RunId::make(system_clock().now());
    EXPECT_EQ(id.str().size(), 26U);
    EXPECT_EQ(RunId::parse(id.str()), id);
}

TEST(RunId, sorts_by_time) {
    std::string previous;
    for (const std::int64_t time :
         {0L, 1L, 31L, 32L, 1'000'000L, 1'795'000'000'000L, 1'795'000'000'001L}) {
        const std::string text = RunId::make(at(time)).str();
        EXPECT_LT(previous, text);
        previous = text;
    }
}

TEST(RunId, holds_the_time_in_its_first_ten_characters) {
    EXPECT_EQ(RunId::make(at(0)).str().substr(0, 10), "0000000000");
    EXPECT_EQ(RunId::make(at(1469918176385)).str().substr(0, 10),
              "01ARYZ6S41"); // the ULID paper's own
}

TEST(RunId, tells_when_it_was_made) {
    for (const std::int64_t time : {0L, 31L, 1'795'000'000'001L}) {
        EXPECT_EQ(RunId::make(at(time)).made(), at(time));
    }
}

TEST(RunId, differs_within_one_millisecond) {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        seen.insert(RunId::make(at(1)).str());
    }
    EXPECT_EQ(seen.size(), 1000U);
}

TEST(RunId, refuses_what_it_never_makes) {
    const std::string good = RunId::make(at(1)).str();
    EXPECT_FALSE(RunId::parse(""));
    EXPECT_FALSE(RunId::parse(good.substr(1)));
    EXPECT_FALSE(RunId::parse(good + "0"));
    EXPECT_FALSE(RunId::parse("8" + good.substr(1))); // past 48 bits
    EXPECT_FALSE(RunId::parse(good.substr(0, 25) + "I"));
    EXPECT_FALSE(RunId::parse(good.substr(0, 25) + "a"));
    EXPECT_FALSE(RunId::parse(good.substr(0, 25) + "/"));
    EXPECT_FALSE(RunId::parse(good.substr(0, 25) + std::string(1, '\0')));
}

} // namespace
} // namespace intact::test
