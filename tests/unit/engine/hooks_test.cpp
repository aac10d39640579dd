// One hook: what it is told, what of its output comes back, and how its end is judged.
#include "engine/hooks.hpp"

#include "support/temp_dir.hpp"

#include <chrono>
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

namespace intact::engine {
namespace {

using namespace std::chrono_literals;
using test::TempDir;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class HooksTest : public testing::Test {
protected:
    HooksTest() {
        job_.name = "etc";
        job_.destination.path = "/srv/backup";
        record_.run_id = "01K";
    }
    HookSink keep() {
        return [this](std::string_view line) { lines_.emplace_back(line); };
    }
    Result<> after(const std::string &script, const std::stop_token &stop = {}) {
        job_.hooks.after = {"sh", "-c", script};
        return run_hook(job_, Hook::after, record_, keep(), stop);
    }
    Result<std::optional<HeldBack>> before(const std::string &script) {
        job_.hooks.before = {"sh", "-c", script};
        return run_before_hook(job_, record_, keep(), {});
    }

    TempDir dir_;
    config::Job job_;
    catalog::RunRecord record_;
    std::vector<std::string> lines_;
};

TEST_F(HooksTest, both_outputs_come_line_by_line_with_its_name) {
    ASSERT_TRUE(after("echo out; echo err >&2; printf 'no end'"));
    EXPECT_THAT(lines_, ElementsAre("after: out", "after: err", "after: no end"));
}

TEST_F(HooksTest, an_exit_status_is_a_failure_that_quotes_the_last_line) {
    const auto ended = after("echo cannot thaw; exit 3");
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code(), ErrorCode::hook_failed);
    EXPECT_EQ(ended.error().message(), "hooks.after exited with status 3: cannot thaw");
    EXPECT_EQ(after("kill -TERM $$").error().message(), "hooks.after was killed by SIGTERM");
}

TEST_F(HooksTest, one_that_is_nowhere_is_named_by_its_key) {
    job_.hooks.after = {dir_ / "none"};
    const auto ended = run_hook(job_, Hook::after, record_, keep(), {});
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code(), ErrorCode::program_missing);
    EXPECT_THAT(ended.error().message(), HasSubstr("hooks.after: start "));
}

TEST_F(HooksTest, status_75_of_before_alone_says_not_now) {
    const auto held = before("echo lagging behind; exit 75");
    ASSERT_TRUE(held && *held);
    EXPECT_EQ((*held)->reason, "before_hook");
    EXPECT_EQ((*held)->text, "lagging behind");
    EXPECT_EQ((*before("exit 75"))->text, "hooks.before says so");
    EXPECT_FALSE(before("exit 0").value());
    EXPECT_FALSE(before("exit 76"));
    EXPECT_EQ(after("exit 75").error().code(), ErrorCode::hook_failed);
}

TEST_F(HooksTest, before_is_told_no_outcome_and_others_are_told_all) {
    ASSERT_TRUE(before("env"));
    EXPECT_THAT(lines_, Not(testing::Contains(HasSubstr("INTACT_OUTCOME"))));
    EXPECT_THAT(lines_, testing::Contains("before: INTACT_DESTINATION=/srv/backup"));
    lines_.clear();
    record_.outcome = Outcome::failure;
    record_.failure = catalog::RunFailure{"no_space", "write", "disk full", "", 1};
    record_.bytes_read = 7;
    job_.hooks.environment = {{"INTACT_RUN_ID", {"forged"}}, {"PGHOST", {"db"}}};
    setenv("INTACT_TEST_SECRET", "1", 1);
    ASSERT_TRUE(after("env; pwd"));
    unsetenv("INTACT_TEST_SECRET");
    for (const std::string line :
         {"INTACT_RUN_ID=01K", "INTACT_HOOK=after", "INTACT_OUTCOME=failure",
          "INTACT_FAILURE=no_space", "INTACT_STAGE=write", "INTACT_MESSAGE=disk full",
          "INTACT_BYTES_READ=7", "INTACT_ARCHIVE=", "INTACT_FINISHED=", "PGHOST=db", "/"}) {
        EXPECT_THAT(lines_, testing::Contains("after: " + line));
    }
    EXPECT_THAT(lines_, Not(testing::Contains(HasSubstr("SECRET"))));
}

TEST_F(HooksTest, one_that_takes_too_long_is_stopped) {
    job_.hooks.timeout = 2s;
    const auto ended = after("echo waiting; sleep 1000");
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code(), ErrorCode::hook_failed);
    EXPECT_EQ(ended.error().message(), "hooks.after took longer than hooks.timeout=2s: waiting");
    // Also while it never stops writing.
    EXPECT_FALSE(after("yes"));
}

TEST_F(HooksTest, what_it_says_while_it_is_stopped_is_not_lost) {
    job_.hooks.timeout = 500ms;
    EXPECT_FALSE(after("trap 'echo cleaned up; exit' TERM; sleep 1000 & wait"));
    EXPECT_THAT(lines_, ElementsAre("after: cleaned up"));
}

TEST_F(HooksTest, ends_with_the_stop) {
    std::stop_source stop;
    job_.hooks.after = {"sh", "-c", "echo begun; sleep 1000"};
    const auto ended = run_hook(
        job_, Hook::after, record_, [&](std::string_view) { stop.request_stop(); },
        stop.get_token());
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code(), ErrorCode::cancelled);
}

TEST_F(HooksTest, one_that_has_closed_its_output_is_waited_for) {
    ASSERT_TRUE(after("exec >&- 2>&-; sleep 0.1; touch " + (dir_ / "done")));
    EXPECT_EQ(test::read_file(dir_ / "done"), "");
}

} // namespace
} // namespace intact::engine
