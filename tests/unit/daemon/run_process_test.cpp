// A run's process, played by a script: how it is started, told to stop, and judged.
#include "daemon/run_process.hpp"

#include "daemon/clocks.hpp"
#include "support/temp_dir.hpp"

#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

namespace intact::daemon {
namespace {

using test::TempDir;
using testing::HasSubstr;

constexpr const char *kSuccess =
    R"(echo '{"event":"outcome","outcome":"success","archive":"a"}' >&3)";

class RunProcessTest : public testing::Test {
protected:
    void start(const std::string &script) {
        const std::string path = dir_.write("intact", "#!/bin/sh\n" + script + "\n");
        std::filesystem::permissions(path, std::filesystem::perms::owner_all);
        order_.job = "etc";
        order_.run_id = "R";
        order_.snapshot.job = {"/etc/intact/jobs.d/etc.toml", "text"};
        auto run = RunProcess::start(*loop_, {path, {"--state-dir=/s"}}, order_,
                                     {[this] { on_progress_(); },
                                      [this](const RunResult &result) {
                                          result_ = result;
                                          run_.reset();
                                          loop_->stop(0);
                                      }});
        ASSERT_TRUE(run) << run.error().message();
        run_ = *std::move(run);
    }
    RunResult result_of(const std::string &script) {
        start(script);
        EXPECT_TRUE(loop_->run());
        return *result_;
    }

    TempDir dir_;
    std::unique_ptr<systemd::EventLoop> loop_ = *systemd::EventLoop::make();
    RunOrder order_;
    std::function<void()> on_progress_ = [] {};
    std::optional<RunResult> result_;
    std::unique_ptr<RunProcess> run_;
};

TEST_F(RunProcessTest, hands_over_what_the_run_needs) {
    const RunResult result = result_of("echo \"$@\" >" + (dir_ / "args") + "; cat <&4 >" +
                                       (dir_ / "config") + "; " + kSuccess);
    EXPECT_EQ(result.outcome, Outcome::success) << result.message;
    EXPECT_EQ(result.archive, "a");
    EXPECT_EQ(test::read_file(dir_ / "args"),
              "--state-dir=/s run --report-fd=3 --config-fd=4 --run-id=R etc\n");
    const auto snapshot = config::parse_snapshot(test::read_file(dir_ / "config"));
    ASSERT_TRUE(snapshot);
    EXPECT_EQ(snapshot->job.path, "/etc/intact/jobs.d/etc.toml");
    EXPECT_EQ(snapshot->job.text, "text");
    EXPECT_FALSE(snapshot->main);
}

TEST_F(RunProcessTest, one_that_writes_something_else_is_stopped_and_has_failed) {
    const RunResult result = result_of("echo garbage >&3; exec sleep 1000");
    EXPECT_EQ(result.outcome, Outcome::failure);
    EXPECT_THAT(result.message, HasSubstr("its report holds 'garbage'"));
}

TEST_F(RunProcessTest, one_that_crashes_has_failed_though_it_had_told_success) {
    EXPECT_EQ(result_of(std::string(kSuccess) + "; kill -SEGV $$").outcome, Outcome::failure);
}

TEST_F(RunProcessTest, a_report_that_is_cut_short_is_none) {
    EXPECT_THAT(result_of("printf '{\"event\":\"outcome\",\"outcome\":\"success\"}' >&3").message,
                HasSubstr("without telling"));
}

TEST_F(RunProcessTest, tells_of_progress_and_stops_the_whole_group_when_told_to) {
    on_progress_ = [this] {
        EXPECT_EQ(run_->report().progress().bytes_read, 5U);
        run_->stop();
    };
    const RunResult result = result_of(
        "sleep 1000 & echo $! >" + (dir_ / "child") +
        R"(; trap 'exit 130' TERM; echo '{"event":"progress","bytes_read":5}' >&3; wait)");
    EXPECT_EQ(result.bytes_read, 5U);
    const pid_t child = std::stoi(test::read_file(dir_ / "child"));
    EXPECT_TRUE(kill(child, 0) != 0 || test::run_program("sed -n '/^State:.*Z/p' /proc/" +
                                                         std::to_string(child) + "/status")
                                               .output.size() > 0);
}

TEST_F(RunProcessTest, a_program_that_is_not_there_is_an_error) {
    const auto run = RunProcess::start(*loop_, {dir_ / "none", {}}, order_,
                                       {[] {}, [](const RunResult &) { FAIL(); }});
    ASSERT_FALSE(run);
    EXPECT_EQ(run.error().code(), ErrorCode::program_missing);
}

} // namespace
} // namespace intact::daemon
