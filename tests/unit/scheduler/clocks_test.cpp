// What becomes of a slot when the clock is set, stands still or skips an hour.
#include "scheduler_fixture.hpp"

namespace intact::scheduler::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(SchedulerTest, a_clock_set_forward_makes_one_run_due_and_set_back_none) {
    world_.boot({plan_of("etc", "02:00")});
    world_.set_clock(72h);
    world_.pass(10min);
    EXPECT_THAT(account(world_, "etc"),
                ElementsAre("11-22T02:00 missed clock_set x2", "11-23T02:00 run catch-up"));
    world_.set_clock(-72h);
    world_.pass(71h);
    EXPECT_EQ(world_.begun().size(), 1U);
    world_.pass(24h);
    EXPECT_EQ(world_.begun().size(), 2U);
    EXPECT_EQ(account(world_, "etc").back(), "11-24T02:00 run");
}

TEST_F(SchedulerTest, a_suspended_host_makes_up_for_its_sleep_once) {
    world_.boot({plan_of("etc", "hourly")});
    world_.suspend(5h + 30min);
    world_.pass(1min);
    EXPECT_THAT(account(world_, "etc"),
                ElementsAre("11-20T16:00 missed suspended x4", "11-20T17:00 run catch-up"));
}

TEST_F(SchedulerTest, a_jump_of_years_holds_until_the_clock_is_back) {
    world_.boot({plan_of("etc", "02:00")});
    world_.set_clock(24h * 800);
    world_.pass(72h);
    EXPECT_EQ(world_.scheduler().hold(), ClockWatch::Hold::far_jump);
    EXPECT_THAT(account(world_, "etc"), IsEmpty());
    world_.set_clock(-24h * 800);
    EXPECT_EQ(world_.scheduler().hold(), std::nullopt);
    world_.pass(1min);
    EXPECT_THAT(account(world_, "etc"),
                ElementsAre("11-22T02:00 missed clock_held x2", "11-23T02:00 run catch-up"));
}

TEST_F(SchedulerTest, a_jump_of_years_holds_over_a_restart_until_somebody_says_it_is_right) {
    world_.boot({plan_of("etc", "02:00")});
    world_.crash();
    world_.set_clock(24h * 800);
    world_.boot({plan_of("etc", "02:00")});
    world_.pass(24h);
    EXPECT_THAT(world_.begun(), IsEmpty());
    ASSERT_TRUE(world_.scheduler().run("etc", world_.now())); // by hand all the same
    world_.settle();
    world_.pass(10min);
    EXPECT_EQ(world_.begun().size(), 1U);
    world_.scheduler().accept_clock(world_.now());
    world_.settle();
    world_.pass(24h);
    EXPECT_EQ(world_.begun().size(), 3U); // one catch-up, one in time
}

TEST_F(SchedulerTest, a_clock_that_was_years_ahead_silences_nothing) {
    world_.boot({plan_of("etc", "02:00")});
    world_.set_clock(24h * 300);
    world_.pass(1h);
    world_.crash();
    world_.set_clock(24h * 300);
    world_.boot({plan_of("etc", "02:00")});
    world_.pass(1h);
    world_.set_clock(-24h * 600);
    EXPECT_EQ(world_.scheduler().hold(), ClockWatch::Hold::far_jump);
    world_.scheduler().accept_clock(world_.now());
    world_.settle();
    world_.crash();
    world_.boot({plan_of("etc", "02:00")});
    EXPECT_EQ(world_.scheduler().hold(), std::nullopt);
    const auto before = world_.begun().size();
    world_.pass(24h);
    EXPECT_EQ(world_.begun().size(), before + 1);
}

TEST_F(SchedulerTest, a_clock_from_before_this_program_was_made_holds) {
    World world(instant("2019-06-01T00:00:00Z"), {});
    world.boot({plan_of("etc", "02:00")});
    world.pass(48h);
    EXPECT_EQ(world.scheduler().hold(), ClockWatch::Hold::before_build);
    EXPECT_THAT(world.begun(), IsEmpty());
}

TEST_F(SchedulerTest, an_hour_that_the_clock_skips_still_has_its_run) {
    World world(instant("2026-03-28T12:00:00Z"), {});
    world.boot({plan_of("etc", "02:30", "Europe/Berlin")});
    world.pass(24h);
    EXPECT_THAT(starts(world, "etc"), ElementsAre("03-29T01:00"));
}

} // namespace
} // namespace intact::scheduler::test
