// What is seen of the jobs from outside.
#include "world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intact::scheduler::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class ViewTest : public testing::Test {
protected:
    ViewTest() { world_.boot({plan_of("etc", "02:00"), plan_of("home", "03:00")}); }

    std::string next_up() {
        const auto next = world_.scheduler().next_up();
        return next ? next->plan->job : "";
    }
    Scheduler &scheduler() { return world_.scheduler(); }

    World world_{instant("2026-11-20T12:00:00Z"), {}};
};

TEST_F(ViewTest, the_next_is_the_first_of_those_that_will_run) {
    EXPECT_EQ(next_up(), "etc");
    ASSERT_TRUE(scheduler().pause("etc", std::nullopt, world_.now()));
    EXPECT_EQ(next_up(), "home");
    ASSERT_TRUE(scheduler().pause("", std::nullopt, world_.now()));
    EXPECT_EQ(next_up(), "");
    ASSERT_TRUE(scheduler().resume("", world_.now()));
    Plan disabled = plan_of("home", "03:00");
    disabled.is_enabled = false;
    world_.reload({plan_of("etc", "02:00"), disabled});
    EXPECT_EQ(next_up(), "");
}

TEST_F(ViewTest, a_pause_is_seen_with_its_end) {
    const Instant until = world_.now().wall + 1h;
    ASSERT_TRUE(scheduler().pause("etc", until, world_.now()));
    EXPECT_EQ(scheduler().view("etc")->paused_until, until);
    EXPECT_FALSE(scheduler().view("home")->is_paused);
    world_.settle();
    world_.pass(2h);
    EXPECT_FALSE(scheduler().view("etc")->is_paused);
    EXPECT_EQ(scheduler().view("etc")->paused_until, std::nullopt);
}

TEST_F(ViewTest, each_change_of_a_job_is_told_and_a_reload_of_all_is_not) {
    EXPECT_THAT(scheduler().take().touched, IsEmpty());
    ASSERT_TRUE(scheduler().run("etc", world_.now()));
    EXPECT_THAT(scheduler().take().touched, ElementsAre("etc"));
    scheduler().ended("etc", {RunEnd::Kind::done, ""}, world_.now());
    EXPECT_THAT(scheduler().take().touched, ElementsAre("etc"));
    ASSERT_TRUE(scheduler().pause("home", std::nullopt, world_.now()));
    EXPECT_THAT(scheduler().take().touched, ElementsAre("home"));
    ASSERT_TRUE(scheduler().resume("home", world_.now()));
    EXPECT_THAT(scheduler().take().touched, ElementsAre("home"));
    ASSERT_TRUE(scheduler().resume("home", world_.now())); // it is not paused
    EXPECT_THAT(scheduler().take().touched, IsEmpty());
    scheduler().configure({plan_of("etc", "04:00")}, {}, {}, world_.now());
    EXPECT_THAT(scheduler().take().touched, IsEmpty());
}

} // namespace
} // namespace intact::scheduler::test
