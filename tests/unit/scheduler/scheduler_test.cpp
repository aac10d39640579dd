// What becomes of a slot, case by case.
#include "scheduler_fixture.hpp"

namespace intact::scheduler::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(SchedulerTest, runs_each_slot_once_and_says_so) {
    world_.boot({plan_of("etc", "02:00")});
    world_.pass(48h);
    EXPECT_THAT(account(world_, "etc"), ElementsAre("11-21T02:00 run", "11-22T02:00 run"));
    EXPECT_THAT(starts(world_, "etc"), ElementsAre("11-21T02:00", "11-22T02:00"));
}

TEST_F(SchedulerTest, a_job_seen_for_the_first_time_has_missed_nothing) {
    world_.boot({plan_of("etc", "02:00")});
    EXPECT_THAT(account(world_, "etc"), IsEmpty());
    EXPECT_EQ(world_.tables().since.at("etc"), WallTime(world_.now().wall));
}

TEST_F(SchedulerTest, counts_from_when_it_was_first_seen_not_from_the_last_start) {
    world_.boot({plan_of("etc", "Sun 02:00")});
    for (int day = 0; day < 8; ++day) {
        world_.crash();
        world_.pass(23h);
        world_.boot({plan_of("etc", "Sun 02:00")});
        world_.pass(1h);
    }
    EXPECT_EQ(world_.begun().size(), 1U);
}

TEST_F(SchedulerTest, makes_up_with_one_run_for_all_that_was_missed) {
    world_.boot({plan_of("etc", "02:00")});
    world_.crash();
    world_.pass(96h);
    world_.boot({plan_of("etc", "02:00")});
    world_.pass(1h);
    EXPECT_THAT(account(world_, "etc"),
                ElementsAre("11-23T02:00 missed off x3", "11-24T02:00 run catch-up"));
    const auto slots = world_.tables().of("etc");
    EXPECT_EQ(slots[0].run_id, slots[1].run_id);
    EXPECT_EQ(slots[0].run_id, "run0");
}

TEST_F(SchedulerTest, what_was_missed_stays_missed_without_catch_up) {
    Plan plan = plan_of("etc", "02:00");
    plan.schedule->catch_up = false;
    world_.boot({plan});
    world_.crash();
    world_.pass(96h);
    world_.boot({plan});
    world_.pass(15h);
    EXPECT_THAT(account(world_, "etc"),
                ElementsAre("11-24T02:00 missed off x4", "11-25T02:00 run"));
}

TEST_F(SchedulerTest, nothing_is_made_up_for_after_the_window) {
    Plan plan = plan_of("etc", "02:00");
    plan.schedule->catch_up_window = 9h;
    world_.boot({plan});
    world_.crash();
    world_.pass(24h);
    world_.boot({plan});
    world_.pass(1h);
    EXPECT_THAT(account(world_, "etc"), ElementsAre("11-21T02:00 missed off"));
}

TEST_F(SchedulerTest, a_restart_over_the_hour_is_no_outage) {
    Plan plan = plan_of("etc", "02:00");
    plan.schedule->catch_up = false;
    world_.boot({plan});
    world_.pass(13h + 59min + 50s);
    world_.crash();
    world_.pass(30s);
    world_.boot({plan});
    EXPECT_THAT(account(world_, "etc"), ElementsAre("11-21T02:00 due"));
    EXPECT_EQ(world_.begun().size(), 1U);
}

TEST_F(SchedulerTest, a_catch_up_waits_for_the_delay_of_its_job) {
    Plan plan = plan_of("etc", "02:00");
    plan.schedule->delay = {1h, DelayKind::stable, 1'800'000'000};
    world_.boot({plan});
    world_.crash();
    world_.pass(24h);
    world_.boot({plan});
    EXPECT_THAT(world_.begun(), IsEmpty());
    world_.pass(2h);
    EXPECT_THAT(starts(world_, "etc"), ElementsAre("11-21T12:30"));
}

TEST_F(SchedulerTest, the_delay_is_part_of_when_a_job_is_due_but_not_of_its_slot) {
    Plan plan = plan_of("etc", "02:00");
    plan.schedule->delay = {1h, DelayKind::stable, 1'800'000'000};
    world_.boot({plan});
    world_.pass(24h);
    EXPECT_THAT(starts(world_, "etc"), ElementsAre("11-21T02:30"));
    EXPECT_THAT(account(world_, "etc"), ElementsAre("11-21T02:00 run"));
}

TEST_F(SchedulerTest, a_slot_whose_job_still_runs_is_skipped_and_counted) {
    world_.runs = {100min, 100min, 0};
    world_.boot({plan_of("etc", "hourly")});
    world_.pass(4h + 50min);
    EXPECT_THAT(account(world_, "etc"),
                ElementsAre("11-20T13:00 run", "11-20T14:00 skipped overlap", "11-20T15:00 run",
                            "11-20T16:00 skipped overlap"));
}

TEST_F(SchedulerTest, a_job_that_never_gets_its_turn_leaves_one_record) {
    world_.runs = {10h, 10h, 0};
    world_.boot({plan_of("etc", "minutely")});
    world_.pass(60min);
    EXPECT_THAT(account(world_, "etc"),
                ElementsAre("11-20T12:01 due", "11-20T13:00 skipped overlap x59"));
}

TEST_F(SchedulerTest, keeps_to_the_number_of_runs_and_to_one_writer_for_each_filesystem) {
    std::vector<Plan> plans;
    for (int i = 0; i < 6; ++i) {
        plans.push_back(plan_of("job" + std::to_string(i), "02:00"));
        plans.back().filesystem = i < 3 ? "/srv" : "";
    }
    world_.boot(plans);
    world_.pass(14h);
    EXPECT_THAT(world_.begun(), testing::SizeIs(2));
    EXPECT_EQ(world_.scheduler().running(), 2U);
    EXPECT_EQ(world_.scheduler().waiting(), 4U);
    EXPECT_EQ(world_.begun()[0].start.job, "job0"); // job1 and job2 write to the same place
    EXPECT_EQ(world_.begun()[1].start.job, "job3");
    world_.pass(10min);
    EXPECT_THAT(world_.begun(), testing::SizeIs(6));
}

TEST_F(SchedulerTest, tries_again_with_longer_rests_within_the_same_slot) {
    Plan plan = plan_of("etc", "02:00");
    plan.retries = 3;
    plan.retry_delay = 10min;
    world_.runs.fails = 1;
    world_.boot({plan});
    world_.pass(24h);
    EXPECT_THAT(starts(world_, "etc"),
                ElementsAre("11-21T02:00", "11-21T02:11", "11-21T02:32", "11-21T03:13"));
    EXPECT_THAT(account(world_, "etc"), ElementsAre("11-21T02:00 run"));
    EXPECT_EQ(world_.tables().of("etc")[0].attempts, 4U);
    EXPECT_EQ(world_.tables().of("etc")[0].run_id, "run3");
}

TEST_F(SchedulerTest, what_was_interrupted_with_the_daemon_runs_again) {
    world_.runs = {2h, 2h, 0};
    world_.boot({plan_of("etc", "02:00")});
    world_.pass(15h);
    world_.crash();
    world_.pass(1h);
    world_.runs = {1min, 1min, 0};
    const auto before = world_.begun().size();
    world_.boot({plan_of("etc", "02:00")});
    world_.pass(1h);
    ASSERT_EQ(world_.begun().size(), before + 1);
    EXPECT_EQ(world_.begun().back().start.cause, Cause::again);
    EXPECT_EQ(world_.begun().back().start.attempt, 2U);
    EXPECT_THAT(account(world_, "etc"), ElementsAre("11-21T02:00 run again"));
}

TEST_F(SchedulerTest, does_not_go_on_for_ever_with_what_takes_the_daemon_with_it) {
    world_.runs = {2h, 2h, 0};
    world_.boot({plan_of("etc", "02:00")});
    world_.pass(15h);
    for (int crash = 0; crash < 5; ++crash) {
        world_.crash();
        world_.boot({plan_of("etc", "02:00")});
        world_.pass(1min);
    }
    EXPECT_EQ(world_.begun().size(), 2U);
    EXPECT_THAT(account(world_, "etc"), ElementsAre("11-21T02:00 run interrupted"));
}

TEST_F(SchedulerTest, one_run_makes_up_for_the_interrupted_one_and_for_what_was_missed_since) {
    world_.runs = {2h, 2h, 0};
    world_.boot({plan_of("etc", "02:00")});
    world_.pass(15h);
    world_.crash();
    world_.pass(48h);
    world_.boot({plan_of("etc", "02:00")});
    world_.pass(3h);
    EXPECT_EQ(world_.begun().size(), 2U);
    EXPECT_THAT(account(world_, "etc"),
                ElementsAre("11-21T02:00 run interrupted", "11-22T02:00 missed off",
                            "11-23T02:00 run catch-up"));
}

TEST_F(SchedulerTest, what_waited_when_the_daemon_was_stopped_is_due_at_the_next_start) {
    std::vector<Plan> plans;
    for (int i = 0; i < 3; ++i) {
        plans.push_back(plan_of("job" + std::to_string(i), "02:00"));
    }
    world_.runs = {30min, 30min, 0};
    world_.boot(plans);
    world_.pass(14h + 1min);
    world_.scheduler().drain();
    for (const char *job : {"job0", "job1"}) {
        world_.stop_run(job, RunEnd::Kind::interrupted);
    }
    world_.pass(1h);
    EXPECT_EQ(world_.begun().size(), 2U);
    world_.crash();
    world_.boot(plans);
    world_.pass(3h);
    EXPECT_EQ(world_.begun().size(), 5U);
    EXPECT_THAT(account(world_, "job0"), ElementsAre("11-21T02:00 run again"));
    EXPECT_THAT(account(world_, "job2"), ElementsAre("11-21T02:00 run catch-up"));
}

TEST_F(SchedulerTest, a_pause_skips_outlasts_a_restart_and_ends_when_it_was_to) {
    const std::vector<Plan> plans{plan_of("etc", "02:00"), plan_of("home", "02:00")};
    world_.boot(plans);
    ASSERT_TRUE(world_.scheduler().pause("etc", instant("2026-11-22T12:00:00Z"), world_.now()));
    world_.settle();
    world_.pass(1h);
    world_.crash();
    world_.boot(plans);
    world_.pass(72h);
    EXPECT_THAT(account(world_, "etc"),
                ElementsAre("11-22T02:00 skipped paused x2", "11-23T02:00 run"));
    EXPECT_EQ(world_.begun_of("home").size(), 3U);
}

TEST_F(SchedulerTest, pausing_all_takes_what_waits_from_the_queue_until_resumed) {
    std::vector<Plan> plans;
    for (int i = 0; i < 3; ++i) {
        plans.push_back(plan_of("job" + std::to_string(i), "02:00"));
    }
    world_.boot(plans);
    world_.pass(14h);
    ASSERT_TRUE(world_.scheduler().pause("", std::nullopt, world_.now()));
    world_.settle();
    world_.pass(24h);
    ASSERT_TRUE(world_.scheduler().resume("", world_.now()));
    world_.settle();
    world_.pass(25h);
    EXPECT_THAT(account(world_, "job0"),
                ElementsAre("11-21T02:00 run", "11-22T02:00 skipped paused", "11-23T02:00 run"));
    EXPECT_THAT(
        account(world_, "job2"),
        ElementsAre("11-21T02:00 skipped paused", "11-22T02:00 skipped paused", "11-23T02:00 run"));
    EXPECT_TRUE(world_.tables().pauses.empty());
}

TEST_F(SchedulerTest, a_paused_or_disabled_job_runs_by_hand) {
    Plan plan = plan_of("etc", "02:00");
    plan.is_enabled = false;
    world_.boot({plan});
    ASSERT_TRUE(world_.scheduler().run("etc", world_.now()));
    world_.settle();
    world_.pass(24h);
    EXPECT_THAT(starts(world_, "etc"), ElementsAre("11-20T12:00"));
    EXPECT_THAT(account(world_, "etc"), ElementsAre("11-21T02:00 skipped disabled"));
}

TEST_F(SchedulerTest, by_hand_goes_first_and_not_twice) {
    std::vector<Plan> plans;
    for (int i = 0; i < 4; ++i) {
        plans.push_back(plan_of("job" + std::to_string(i), "02:00"));
    }
    world_.boot(plans);
    world_.pass(14h);
    const auto refused = world_.scheduler().run("job0", world_.now());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::locked);
    ASSERT_TRUE(world_.scheduler().run("job3", world_.now()));
    EXPECT_EQ(world_.scheduler().run("job9", world_.now()).error().code(), ErrorCode::not_found);
    world_.pass(1min);
    ASSERT_EQ(world_.begun().size(), 4U);
    EXPECT_EQ(world_.begun()[2].start.job, "job3");
    EXPECT_THAT(account(world_, "job3"), ElementsAre("11-21T02:00 due"));
}

TEST_F(SchedulerTest, cancels_what_waits_and_stops_what_runs_for_good) {
    Plan plan = plan_of("etc", "02:00");
    plan.retries = 5;
    world_.boot({plan, plan_of("a", "02:00"), plan_of("b", "02:00")});
    EXPECT_EQ(world_.scheduler().cancel("etc", world_.now()), Cancelled::nothing);
    world_.pass(14h);
    EXPECT_EQ(world_.scheduler().cancel("etc", world_.now()), Cancelled::dropped);
    world_.settle();
    EXPECT_THAT(account(world_, "etc"), ElementsAre("11-21T02:00 skipped cancelled"));
    world_.pass(24h);
    EXPECT_EQ(world_.scheduler().cancel("a", world_.now()), Cancelled::must_stop);
    world_.stop_run("a", RunEnd::Kind::failed);
    EXPECT_THAT(account(world_, "a"), ElementsAre("11-21T02:00 run", "11-22T02:00 run"));
}

TEST_F(SchedulerTest, a_condition_that_holds_a_run_back_is_a_reason) {
    world_.runs = {1h, 1h, 0};
    world_.boot({plan_of("etc", "02:00")});
    world_.pass(14h);
    world_.stop_run("etc", RunEnd::Kind::held_back, "ac_power");
    EXPECT_THAT(account(world_, "etc"), ElementsAre("11-21T02:00 skipped ac_power"));
}

TEST_F(SchedulerTest, a_changed_schedule_counts_from_the_reload) {
    world_.boot({plan_of("etc", "02:00")});
    world_.pass(15h);
    world_.reload({plan_of("etc", "02:30")});
    world_.pass(1h);
    EXPECT_THAT(account(world_, "etc"), ElementsAre("11-21T02:00 run"));
    world_.crash();
    world_.boot({plan_of("etc", "02:30")});
    world_.pass(24h);
    EXPECT_THAT(account(world_, "etc"), ElementsAre("11-21T02:00 run", "11-22T02:30 run"));
}

TEST_F(SchedulerTest, a_job_taken_away_ends_its_run_and_begins_anew_when_it_comes_back) {
    world_.runs = {30min, 30min, 0};
    world_.boot({plan_of("etc", "02:00")});
    world_.pass(14h + 10min);
    world_.reload({});
    EXPECT_EQ(world_.scheduler().run("etc", world_.now()).error().code(), ErrorCode::not_found);
    world_.pass(1h);
    EXPECT_THAT(account(world_, "etc"), ElementsAre("11-21T02:00 run"));
    EXPECT_FALSE(world_.scheduler().view("etc"));
    EXPECT_TRUE(world_.tables().since.empty());
    world_.pass(72h);
    world_.reload({plan_of("etc", "02:00")});
    world_.pass(1h);
    EXPECT_THAT(account(world_, "etc"), ElementsAre("11-21T02:00 run"));
}

TEST_F(SchedulerTest, counts_up_to_ten_thousand_slots_and_accounts_for_more) {
    Plan plan = plan_of("etc", "*:*:*");
    world_.boot({plan});
    world_.crash();
    world_.pass(24h * 60);
    world_.boot({plan});
    const auto records = world_.tables().of("etc");
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[0].first, WallTime(instant("2026-11-20T12:00:01Z")));
    EXPECT_EQ(records[0].last, WallTime(instant("2027-01-19T11:59:59Z")));
    EXPECT_EQ(records[0].count, 0U);
    EXPECT_EQ(records[1].last, WallTime(instant("2027-01-19T12:00:00Z")));
}

} // namespace
} // namespace intact::scheduler::test
