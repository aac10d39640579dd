// Rate and time left.
#include "base/rate.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace intact {
namespace {

using namespace std::chrono_literals;

TEST(RateMeterTest, knows_nothing_from_one_sample) {
    RateMeter meter;
    meter.add(SteadyTime(0s), 100);
    EXPECT_EQ(meter.bytes_per_second(), 0);
}

TEST(RateMeterTest, divides_bytes_by_time) {
    RateMeter meter;
    meter.add(SteadyTime(1s), 100);
    meter.add(SteadyTime(3s), 1100);
    EXPECT_DOUBLE_EQ(meter.bytes_per_second(), 500);
}

TEST(RateMeterTest, forgets_what_is_longer_ago_than_five_seconds) {
    RateMeter meter;
    for (unsigned second = 0; second <= 10; ++second) { // fast, then not at all
        meter.add(SteadyTime(std::chrono::seconds(second)), 1000U * std::min(second, 5U));
    }
    EXPECT_DOUBLE_EQ(meter.bytes_per_second(), 0);
}

TEST(RateMeterTest, begins_anew_when_the_figure_falls) {
    RateMeter meter;
    meter.add(SteadyTime(0s), 5000);
    meter.add(SteadyTime(1s), 10);
    EXPECT_EQ(meter.bytes_per_second(), 0);
    meter.add(SteadyTime(2s), 20);
    EXPECT_DOUBLE_EQ(meter.bytes_per_second(), 10);
}

TEST(TimeLeft, is_the_rest_by_the_rate_rounded) {
    EXPECT_EQ(time_left(100, 1000, 300), 3s);
    EXPECT_EQ(time_left(100, 1000, 500), 2s);
}

TEST(TimeLeft, is_unknown_without_a_whole_a_rest_or_a_rate) {
    EXPECT_EQ(time_left(100, 0, 300), std::nullopt);
    EXPECT_EQ(time_left(1000, 1000, 300), std::nullopt);
    EXPECT_EQ(time_left(2000, 1000, 300), std::nullopt);
    EXPECT_EQ(time_left(100, 1000, 0), std::nullopt);
}

TEST(TimeLeft, is_unknown_beyond_reason) {
    EXPECT_EQ(time_left(0, ~std::uint64_t{0}, 1), std::nullopt);
}

} // namespace
} // namespace intact
