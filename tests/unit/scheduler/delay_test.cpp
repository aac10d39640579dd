#include "scheduler/delay.hpp"

#include "world.hpp"

#include <gtest/gtest.h>
#include <set>

namespace intact::scheduler::test {
namespace {

using namespace std::chrono_literals;

TEST(Delay, is_stable_by_host_and_job_or_fresh_for_each_slot) {
    const Instant slot = instant("2026-11-21T02:00:00Z");
    const Delay delay{1h, DelayKind::stable, delay_seed("host", "etc")};
    EXPECT_EQ(delay_of(delay, slot), delay_of(delay, slot + 24h));
    EXPECT_NE(delay.seed, delay_seed("host", "home"));
    EXPECT_NE(delay.seed, delay_seed("other", "etc"));
    EXPECT_EQ(delay.seed, 2'544'122'883'012'873'384U); // it never changes: times must not wander
    std::set<microseconds> fresh;
    for (int day = 0; day < 100; ++day) {
        const microseconds one = delay_of({1h, DelayKind::fresh, delay.seed}, slot + day * 24h);
        EXPECT_GE(one, 0s);
        EXPECT_LT(one, 1h);
        fresh.insert(one);
    }
    EXPECT_EQ(fresh.size(), 100U);
    EXPECT_EQ(delay_of({}, slot), 0s);
}

} // namespace
} // namespace intact::scheduler::test
