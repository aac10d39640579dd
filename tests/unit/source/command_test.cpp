#include "source/command.hpp"

#include "os/unique_fd.hpp"
#include "support/string_sink.hpp"

#include <cstdlib>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/types.h>

namespace intact::test {
namespace {

class CommandTest : public testing::Test {
protected:
    Result<> run(std::vector<std::string> argv, const std::stop_token &stop = {}) {
        config::CommandSource source;
        source.command = std::move(argv);
        source.environment = environment_;
        source.exit = rules_;
        return source::run_command(
            source, out_, [&](std::string_view line) { lines_.emplace_back(line); }, stop, end_);
    }
    Result<> shell(const std::string &text) { return run({"sh", "-c", text}); }

    config::Variables environment_;
    config::ExitRules rules_;
    StringSink out_;
    std::vector<std::string> lines_;
    source::CommandEnd end_;
};

TEST_F(CommandTest, moves_all_of_stdout) {
    ASSERT_TRUE(shell("head -c 3000000 /dev/zero"));
    EXPECT_EQ(out_.text.size(), 3000000U);
}

TEST_F(CommandTest, an_exit_status_is_a_failure_that_quotes_the_last_line) {
    const auto ended = shell("echo early >&2; echo 'no such table' >&2; exit 3");
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code(), ErrorCode::source_failed);
    EXPECT_EQ(ended.error().message(), "command 'sh' exited with status 3: no such table");
    EXPECT_EQ(end_.exit_code, 3);
    EXPECT_EQ(lines_, (std::vector<std::string>{"early", "no such table"}));
    EXPECT_EQ(end_.stderr_tail, "early\nno such table\n");
}

TEST_F(CommandTest, output_still_held_open_after_the_end_is_no_success) {
    const auto ended = shell("echo first; sleep 1000 2>&1 &");
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code(), ErrorCode::source_incomplete);
    EXPECT_EQ(out_.text, "first\n");
}

TEST_F(CommandTest, a_signal_is_a_failure_by_name) {
    const auto ended = shell("kill -KILL $$");
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().message(), "command 'sh' was killed by SIGKILL");
}

TEST_F(CommandTest, an_end_that_is_a_warning_is_a_success_that_says_so) {
    rules_.statuses = {{1, config::Verdict::warning}};
    rules_.stderr_warnings = {"^skipped "};
    ASSERT_TRUE(shell("echo all; echo skipped a >&2; printf 'skipped b' >&2; exit 1"));
    ASSERT_EQ(end_.warnings.size(), 2U);
    EXPECT_EQ(end_.warnings[0].kind, WarningKind::exit_status);
    EXPECT_EQ(end_.warnings[0].detail, "command 'sh' exited with status 1: skipped b");
    EXPECT_EQ(end_.warnings[1].kind, WarningKind::message);
    EXPECT_EQ(end_.warnings[1].detail,
              "command 'sh' said what '^skipped ' is found in, 2 times, first: skipped a");
    EXPECT_EQ(lines_, (std::vector<std::string>{"skipped a", "skipped b"}));
}

// However much is said before and after it, and though nothing ends the line.
TEST_F(CommandTest, a_line_that_is_a_failure_is_heard_in_a_flood) {
    rules_.stderr_failures = {"^lost$"};
    const std::string flood = "head -c 300000 /dev/zero | tr '\\0' x >&2; ";
    const auto ended = shell(flood + "echo >&2; echo lost >&2; " + flood + "echo all");
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code(), ErrorCode::source_incomplete);
    EXPECT_EQ(out_.text, "all\n");
    ASSERT_TRUE(shell(flood + "echo lost no more >&2"));
}

TEST_F(CommandTest, a_missing_program_is_told_before_anything_runs) {
    const auto ended = run({"no-such-program-anywhere"});
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code(), ErrorCode::program_missing);
}

TEST_F(CommandTest, a_flood_on_stderr_blocks_nothing_and_keeps_its_tail) {
    ASSERT_TRUE(shell("head -c 500000 /dev/zero | tr '\\0' x >&2; echo done"));
    EXPECT_EQ(out_.text, "done\n");
    EXPECT_EQ(end_.stderr_tail.size(), 65536U);
}

TEST_F(CommandTest, a_stop_ends_the_whole_group) {
    std::stop_source stop;
    config::CommandSource source;
    source.command = {"sh", "-c", "sleep 1000 & echo $! >&2; echo ready >&2; wait"};
    std::string child;
    const auto ended = source::run_command(
        source, out_,
        [&](std::string_view line) {
            if (line == "ready") {
                stop.request_stop();
            } else {
                child = line;
            }
        },
        stop.get_token(), end_);
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code(), ErrorCode::cancelled);
    // Readable once it has ended, whoever reaps it; no such process: it has ended and is reaped.
    const os::UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, std::stoi(child), 0)));
    pollfd gone{pidfd.get(), POLLIN, 0};
    EXPECT_TRUE(!pidfd || poll(&gone, 1, 10'000) == 1);
}

TEST_F(CommandTest, sees_a_clean_environment_and_an_empty_stdin) {
    setenv("INTACT_TEST_LEAK", "secret", 1);
    environment_["GIVEN"] = {"value"};
    ASSERT_TRUE(shell("cat; echo ${INTACT_TEST_LEAK-none} $GIVEN"));
    EXPECT_EQ(out_.text, "none value\n");
}

} // namespace
} // namespace intact::test
