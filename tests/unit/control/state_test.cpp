// What goes over the bus comes out as it went in.
#include "control/state.hpp"

#include <gtest/gtest.h>

namespace intact::control {
namespace {

JobState running_job() {
    JobState state;
    state.job = "etc";
    state.is_enabled = false;
    state.is_paused = true;
    state.paused_until = from_usec(5'000'000);
    state.phase = "running";
    state.cause = "by-hand";
    state.run_id = "01M8FS509R1QAK5DFV4RG9TGSA";
    state.attempt = 2;
    state.next_slot = from_usec(6'000'000);
    state.next_due = from_usec(7'000'000);
    state.moving = Moving{"source", 1, 2, 3, 4, 5};
    state.last = LastRun{"01M8FS509R1QAK5DFV4RG9TGSB", "failure", "no_space", from_usec(8)};
    state.last_success = from_usec(9);
    state.is_suspicious = true;
    return state;
}

TEST(StateTest, a_job_is_the_same_on_the_other_side) {
    const JobState told = job_state_in("etc", facts_of(running_job()));
    EXPECT_EQ(facts_of(told), facts_of(running_job()));
    EXPECT_EQ(facts_of(told).size(), 21U);
    EXPECT_EQ(told.moving->entries, 5U);
    EXPECT_TRUE(told.is_suspicious);
    EXPECT_EQ(told.last->failure, "no_space");
    EXPECT_EQ(told.last->ended, from_usec(8));
}

TEST(StateTest, what_is_unknown_is_left_out) {
    const systemd::BusFacts facts = facts_of(JobState());
    EXPECT_FALSE(facts.contains("NextDue"));
    EXPECT_FALSE(facts.contains("LastRunId"));
    EXPECT_FALSE(facts.contains("BytesRead"));
    const JobState told = job_state_in("etc", facts);
    EXPECT_FALSE(told.moving);
    EXPECT_FALSE(told.last);
    EXPECT_FALSE(told.next_due);
}

TEST(StateTest, facts_of_another_type_are_passed_over) {
    const JobState told = job_state_in(
        "etc", {{"Attempt", std::string("many")}, {"Paused", std::uint32_t{1}}, {"New", true}});
    EXPECT_EQ(told.attempt, 0U);
    EXPECT_FALSE(told.is_paused);
}

TEST(StateTest, the_agent_is_the_same_on_the_other_side) {
    AgentState state;
    state.version = "1.2.3";
    state.jobs = 4;
    state.clock_hold = "why";
    state.next_job = "etc";
    state.next_due = from_usec(1);
    state.loaded = from_usec(2);
    state.is_stopping = true;
    EXPECT_EQ(facts_of(agent_state_in(facts_of(state))), facts_of(state));
    EXPECT_EQ(facts_of(state).size(), 11U);
}

} // namespace
} // namespace intact::control
