#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace intact::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

TEST(FileStamp, is_utc_in_whole_seconds) {
    EXPECT_EQ(file_stamp(WallTime(seconds(1795312800))), "20261122T020000Z");
    EXPECT_EQ(file_stamp(WallTime(seconds(1795312800) + nanoseconds(999999999))),
              "20261122T020000Z");
}

TEST(FileStamp, knows_leap_days_and_times_before_1970) {
    EXPECT_EQ(file_stamp(WallTime(seconds(1709164800))), "20240229T000000Z");
    EXPECT_EQ(file_stamp(WallTime(nanoseconds(-1))), "19691231T235959Z");
}

TEST(Rfc3339, has_milliseconds_rounded_down) {
    EXPECT_EQ(rfc3339(WallTime(seconds(1795312800) + milliseconds(123))),
              "2026-11-22T02:00:00.123Z");
    EXPECT_EQ(rfc3339(WallTime(seconds(1795312800) + nanoseconds(999999999))),
              "2026-11-22T02:00:00.999Z");
    EXPECT_EQ(rfc3339(WallTime(milliseconds(-1))), "1969-12-31T23:59:59.999Z");
}

TEST(SystemClock, runs_forward) {
    const SteadyTime before = system_clock().steady();
    EXPECT_LE(before, system_clock().steady());
    EXPECT_GT(system_clock().now(), WallTime(seconds(1700000000)));
}

} // namespace
} // namespace intact::test
