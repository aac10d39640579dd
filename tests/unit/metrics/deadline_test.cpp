// When a success is overdue.
#include "metrics/deadline.hpp"

#include <gtest/gtest.h>

namespace intact::metrics {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::int64_t kMidnight = 1'795'824'000; // 2026-11-28T00:00:00Z

WallTime midnight_and(std::chrono::nanoseconds more) {
    return WallTime(seconds(kMidnight) + more);
}

scheduler::Schedule daily_at_two(microseconds delay = microseconds(0)) {
    return {schedule::Timetable({schedule::Calendar::parse("*-*-* 02:00").value()},
                                schedule::Zone::named("UTC").value(), schedule::DstGap::run_after),
            "id",
            {delay, scheduler::DelayKind::stable, 7}};
}

catalog::JobFacts succeeded(WallTime at) {
    catalog::JobFacts facts;
    facts.last_success = at;
    return facts;
}

TEST(SuccessDeadline, is_none_for_a_job_that_nobody_has_scheduled_yet) {
    EXPECT_EQ(success_deadline(daily_at_two(), {}, {}), std::nullopt);
}

TEST(SuccessDeadline, of_a_job_that_never_succeeded_counts_from_when_it_was_scheduled) {
    catalog::JobFacts facts;
    facts.excused = midnight_and(hours(1));
    EXPECT_EQ(success_deadline(daily_at_two(), {}, facts), midnight_and(hours(3)));
}

TEST(SuccessDeadline, follows_the_slot_after_the_last_success) {
    EXPECT_EQ(success_deadline(daily_at_two(), {}, succeeded(midnight_and(hours(2)))),
              midnight_and(hours(24 + 3)));
    // One by hand, just before the time: it does not stand for that.
    EXPECT_EQ(success_deadline(daily_at_two(), {}, succeeded(midnight_and(minutes(119)))),
              midnight_and(hours(3)));
}

TEST(SuccessDeadline, comes_after_what_excused_the_job) {
    catalog::JobFacts facts = succeeded(midnight_and(hours(2)));
    facts.excused = midnight_and(hours(24 * 5 + 2)); // paused since
    EXPECT_EQ(success_deadline(daily_at_two(), {}, facts), midnight_and(hours(24 * 6 + 3)));
}

TEST(SuccessDeadline, allows_what_the_operator_says) {
    config::Job job;
    job.schedule = config::Schedule{};
    job.schedule->success_within = minutes(10);
    job.limits.timeout = hours(5);
    EXPECT_EQ(success_deadline(daily_at_two(), allowance_of(job), succeeded(midnight_and({}))),
              midnight_and(hours(2) + minutes(10)));
}

TEST(SuccessDeadline, allows_what_limits_and_retries_allow) {
    config::Job job;
    job.limits.timeout = hours(1);
    job.limits.retries = 2;
    job.limits.retry_delay = minutes(5);
    EXPECT_EQ(success_deadline(daily_at_two(), allowance_of(job), succeeded(midnight_and({}))),
              midnight_and(hours(2) + 3 * hours(1) + minutes(15)));
}

TEST(SuccessDeadline, without_limits_allows_twice_as_long_as_it_took_last) {
    catalog::JobFacts facts = succeeded(midnight_and({}));
    facts.last.emplace();
    facts.last->started = midnight_and(hours(-5));
    facts.last->finished = midnight_and({});
    EXPECT_EQ(success_deadline(daily_at_two(), {}, facts), midnight_and(hours(12)));
}

TEST(SuccessDeadline, knows_the_jobs_own_delay) {
    const auto deadline = success_deadline(daily_at_two(hours(6)), {}, succeeded(midnight_and({})));
    ASSERT_TRUE(deadline);
    EXPECT_GT(*deadline, midnight_and(hours(3)));
    EXPECT_LT(*deadline, midnight_and(hours(9)));
}

TEST(SuccessDeadline, overflows_for_nobody) {
    config::Job job;
    job.limits.timeout = hours(24 * 366 * 200);
    job.limits.retries = 100;
    job.limits.retry_delay = hours(24 * 366);
    EXPECT_GT(success_deadline(daily_at_two(), allowance_of(job), succeeded(midnight_and({}))),
              midnight_and(hours(24 * 100)));
}

} // namespace
} // namespace intact::metrics
