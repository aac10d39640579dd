// What the daemon makes of a run's report, and of a process that tells something else.
#include "daemon/run_process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intact::daemon {
namespace {

using testing::HasSubstr;

const std::string kOutcome = R"({"event":"outcome","run":"R","outcome":"success","failure":null,)"
                             R"("archive":"a.tar.zst","bytes_read":10,"bytes_written":5,)"
                             R"("entries":2,"warning_count":0})"
                             "\n";

Report report_of(std::string_view text) {
    Report report;
    report.take(text);
    return report;
}

TEST(Report, puts_lines_together_from_pieces) {
    const std::string text =
        R"({"event":"start","job":"etc","run":"R"})"
        "\n"
        R"({"event":"progress","stage":"source","bytes_read":7,"bytes_written":3,)"
        R"("bytes_verified":0,"expected_bytes":20,"entries":1})"
        "\n" +
        kOutcome;
    for (std::size_t size = 1; size < 100; ++size) {
        Report report;
        for (std::size_t at = 0; at < text.size(); at += size) {
            report.take(std::string_view(text).substr(at, size));
        }
        EXPECT_FALSE(report.flaw());
        EXPECT_EQ(report.progress(), (RunProgress{"source", 7, 3, 0, 20, 1}));
        ASSERT_TRUE(report.result());
        EXPECT_EQ(report.result()->archive, "a.tar.zst");
        EXPECT_EQ(report.result()->bytes_written, 5U);
    }
}

TEST(Report, tells_whether_the_backup_is_suspicious) {
    const auto is_suspicious = [](const std::string &more) {
        std::string text = kOutcome;
        text.insert(1, more);
        return report_of(text).result()->is_suspicious;
    };
    EXPECT_TRUE(is_suspicious("\"suspicious\":true,"));
    for (const std::string value : {"false", "1", "\"true\"", "null", "[true]"}) {
        EXPECT_FALSE(is_suspicious("\"suspicious\":" + value + ",")) << value;
    }
    EXPECT_FALSE(is_suspicious(""));
}

TEST(Report, is_broken_by_anything_else) {
    for (const std::string_view garbage :
         {"hello\n", "\n", "[]\n", "{}\n", "{\"event\":3}\n", "\xff\xfe\n",
          "{\"event\":\"outcome\"}\n", "{\"event\":\"outcome\",\"outcome\":\"running\"}\n",
          "{\"event\":\"outcome\",\"outcome\":\"perfect\"}\n"}) {
        EXPECT_TRUE(report_of(garbage).flaw()) << garbage;
    }
    Report second = report_of(kOutcome);
    second.take(kOutcome);
    EXPECT_TRUE(second.flaw());
    EXPECT_FALSE(report_of("{\"event\":\"news\"}\n").flaw()); // of a newer version
}

TEST(Report, values_of_another_type_are_none) {
    const Report report =
        report_of(R"({"event":"progress","stage":3,"bytes_read":-1,"entries":"many"})"
                  "\n");
    EXPECT_EQ(report.progress(), RunProgress{});
}

TEST(Report, a_line_without_end_takes_no_memory_without_end) {
    Report report;
    const std::string piece(1 << 20, 'x');
    for (int i = 0; i < 64 && !report.flaw(); ++i) {
        report.take(piece);
    }
    ASSERT_TRUE(report.flaw());
    EXPECT_THAT(*report.flaw(), HasSubstr("without an end"));
}

os::ExitStatus exited(int code) {
    return {code, 0};
}
os::ExitStatus killed(int signal) {
    return {0, signal};
}

TEST(Judge, believes_a_report_that_the_exit_status_confirms) {
    EXPECT_EQ(judge(report_of(kOutcome), exited(0), "").outcome, Outcome::success);
    const RunResult failed =
        judge(report_of(R"({"event":"outcome","outcome":"failure","failure":)"
                        R"({"code":"source_incomplete","message":"m","hint":"h"}})"
                        "\n"),
              exited(6), "");
    EXPECT_EQ(failed.outcome, Outcome::failure);
    EXPECT_EQ(failed.code, "source_incomplete");
    EXPECT_EQ(failed.hint, "h");
}

TEST(Judge, a_run_that_was_held_back_has_not_failed) {
    const std::string held =
        "{\"event\":\"held_back\",\"reason\":\"ac_power\",\"message\":\"on battery\"}\n";
    EXPECT_EQ(judge(report_of(held), exited(75), "").held_back, "ac_power");
    EXPECT_EQ(judge(report_of(held), exited(1), "").held_back, "");
    EXPECT_EQ(judge(Report(), exited(75), "").held_back, "");
    EXPECT_TRUE(report_of("{\"event\":\"held_back\"}\n").flaw());
}

TEST(Judge, a_process_that_died_has_failed_whatever_it_told) {
    for (const int signal : {SIGKILL, SIGSEGV, SIGABRT}) {
        const RunResult result = judge(report_of(kOutcome), killed(signal), "");
        EXPECT_EQ(result.outcome, Outcome::failure);
        EXPECT_THAT(result.message, HasSubstr("was killed by SIG"));
    }
    EXPECT_THAT(judge(Report(), killed(SIGKILL), "").hint, HasSubstr("out of memory"));
}

TEST(Judge, success_without_its_exit_status_is_none) {
    EXPECT_EQ(judge(report_of(kOutcome), exited(1), "").outcome, Outcome::failure);
    EXPECT_THAT(judge(Report(), exited(0), "").message,
                HasSubstr("exited with status 0 without telling how the run ended"));
    EXPECT_THAT(judge(report_of("lies\n" + kOutcome), exited(0), "").message,
                HasSubstr("its report holds 'lies'"));
}

TEST(Judge, keeps_the_figures_of_what_died) {
    const RunResult result =
        judge(report_of("{\"event\":\"progress\",\"bytes_read\":7,\"bytes_written\":3}\n"),
              killed(SIGKILL), "");
    EXPECT_EQ(result.bytes_read, 7U);
    EXPECT_EQ(result.bytes_written, 3U);
}

TEST(Judge, says_which_limit_a_run_that_hung_did_not_keep) {
    const RunResult result = judge(Report(), killed(SIGKILL), "run.stall_timeout=");
    EXPECT_EQ(result.code, "timed_out");
    EXPECT_THAT(result.message, HasSubstr("run.stall_timeout= has passed"));
}

} // namespace
} // namespace intact::daemon
