// What an end and the words before it are taken for.
#include "source/exit_judge.hpp"

#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intact::test {
namespace {

using config::Verdict;
using os::ExitStatus;

class ExitJudgeTest : public testing::Test {
protected:
    Result<std::vector<Warning>> judge(const ExitStatus &status,
                                       const std::vector<std::string> &lines = {}) {
        source::ExitJudge judge(rules_);
        for (const std::string &line : lines) {
            judge.hear(line);
        }
        return judge.judge("command 'dump'", status, lines.empty() ? "" : lines.back());
    }
    std::string failure(const ExitStatus &status, const std::vector<std::string> &lines = {}) {
        const auto judged = judge(status, lines);
        return judged
                   ? "none"
                   : std::string(name_of(judged.error().code())) + " " + judged.error().message();
    }
    std::vector<std::string> warnings(const ExitStatus &status,
                                      const std::vector<std::string> &lines = {}) {
        const auto judged = judge(status, lines);
        EXPECT_TRUE(judged) << judged.error().message();
        std::vector<std::string> texts;
        for (const Warning &warning : judged.value_or(std::vector<Warning>{})) {
            texts.push_back(std::string(name_of(warning.kind)) + " " + warning.detail);
        }
        return texts;
    }

    config::ExitRules rules_;
};

TEST_F(ExitJudgeTest, without_rules_takes_nothing_but_0_for_a_success) {
    EXPECT_TRUE(warnings({0, 0}, {"ERROR: as you like"}).empty());
    for (int status = 1; status < 256; ++status) {
        EXPECT_FALSE(judge({status, 0})) << status;
    }
    EXPECT_EQ(failure({1, 0}, {"why"}), "source_failed command 'dump' exited with status 1: why");
    EXPECT_EQ(failure({0, SIGTERM}), "source_failed command 'dump' was killed by SIGTERM");
}

TEST_F(ExitJudgeTest, quotes_the_last_line_that_says_why) {
    rules_.reason = "^dump: (error|detail)";
    EXPECT_EQ(failure({1, 0}, {"dump: error: a", "dump: detail: b", "dump: hint: c"}),
              "source_failed command 'dump' exited with status 1: dump: detail: b");
    EXPECT_EQ(failure({1, 0}, {"c"}), "source_failed command 'dump' exited with status 1: c");
    EXPECT_TRUE(warnings({0, 0}, {"dump: error: a"}).empty());
}

TEST_F(ExitJudgeTest, goes_by_the_table_of_statuses) {
    rules_.statuses = {{0, Verdict::failure}, {1, Verdict::warning}, {3, Verdict::success}};
    EXPECT_EQ(failure({0, 0}), "source_failed command 'dump' exited with status 0");
    EXPECT_THAT(warnings({1, 0}, {"tar: a: file changed"}),
                testing::ElementsAre(
                    "exit_status command 'dump' exited with status 1: tar: a: file changed"));
    EXPECT_TRUE(warnings({3, 0}).empty());
    EXPECT_FALSE(judge({2, 0}));
}

TEST_F(ExitJudgeTest, keeps_signals_apart_from_statuses) {
    rules_.statuses = {{SIGPIPE, Verdict::success}};
    EXPECT_FALSE(judge({0, SIGPIPE}));
    rules_ = {};
    rules_.signals = {{SIGPIPE, Verdict::warning}};
    EXPECT_THAT(warnings({0, SIGPIPE}),
                testing::ElementsAre("exit_status command 'dump' was killed by SIGPIPE"));
    EXPECT_FALSE(judge({SIGPIPE, 0}));
    EXPECT_TRUE(warnings({0, 0}).empty());
}

TEST_F(ExitJudgeTest, counts_lines_by_pattern_and_shows_the_first) {
    rules_.stderr_warnings = {"^warning:", "(?i)SKIPPED$", "never"};
    EXPECT_THAT(
        warnings({0, 0}, {"warning: a", "b skipped\r", "a warning: no", "warning: c skipped"}),
        testing::ElementsAre(
            "message command 'dump' said what '^warning:' is found in, 2 times, first: warning: a",
            "message command 'dump' said what '(?i)SKIPPED$' is found in, 2 times, first: "
            "b skipped"));
    EXPECT_TRUE(warnings({0, 0}, {"fine", ""}).empty());
}

TEST_F(ExitJudgeTest, a_line_that_is_a_failure_outweighs_a_good_end) {
    rules_.statuses = {{1, Verdict::warning}};
    rules_.stderr_warnings = {"error"};
    rules_.stderr_failures = {"no such", "^error:"};
    const std::string expected = "but said what source.stderr_failures= takes for a failure "
                                 "('^error:'): error: table \\x1blost";
    const std::vector<std::string> said{"error: table \x1blost", "going on"};
    EXPECT_EQ(failure({0, 0}, said),
              "source_incomplete command 'dump' exited with status 0, " + expected);
    EXPECT_EQ(failure({1, 0}, said),
              "source_incomplete command 'dump' exited with status 1, " + expected);
    // A failure by its status is told as that.
    EXPECT_EQ(failure({2, 0}, said), "source_failed command 'dump' exited with status 2: going on");
}

TEST_F(ExitJudgeTest, keeps_little_of_what_is_hostile) {
    rules_.stderr_warnings = {"x"};
    source::ExitJudge judge(rules_);
    const std::string line = std::string(8000, 'x') + std::string("\0\xff\x1b[2J", 6);
    for (int i = 0; i < 100'000; ++i) {
        judge.hear(line);
    }
    const auto judged = judge.judge("command 'dump'", {0, 0}, "");
    ASSERT_TRUE(judged);
    ASSERT_EQ(judged->size(), 1U);
    EXPECT_LT(judged->front().detail.size(), 700U);
    EXPECT_THAT(judged->front().detail, testing::HasSubstr("100000 times"));
}

} // namespace
} // namespace intact::test
