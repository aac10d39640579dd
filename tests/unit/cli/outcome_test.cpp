// How a run's end is told: to people and as JSON.
#include "cli/record_json.hpp"
#include "cli/summary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace intact::cli {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

catalog::RunRecord success() {
    catalog::RunRecord record;
    record.run_id = "01J";
    record.job = "etc";
    record.host = "host";
    record.pid = 7;
    record.started = WallTime(1'795'312'800s);
    record.finished = record.started + 3240ms;
    record.outcome = Outcome::success;
    record.destination = "/srv/backup/etc";
    record.archive = "etc.tar.zst";
    record.bytes_read = 4096;
    record.bytes_written = 1024;
    record.entries = 1234;
    record.sha256 = std::string(64, 'a');
    record.stream_sha256 = std::string(64, 'b');
    record.verified_depth = "archive";
    record.verified_level = "cold";
    record.stage_usec = {{"source", 5}};
    return record;
}

catalog::RunRecord partial(std::uint64_t count) {
    catalog::RunRecord record = success();
    record.outcome = Outcome::warning;
    record.warning_count = count;
    for (std::uint64_t i = 0; i < std::min<std::uint64_t>(count, 1000); ++i) {
        record.warnings.push_back({WarningKind::unreadable, "etc/\xff" + std::to_string(i), "no"});
    }
    return record;
}

catalog::RunRecord failure() {
    catalog::RunRecord record = success();
    record.outcome = Outcome::failure;
    record.failure = catalog::RunFailure{"no_space", "sync", "fsync 'x': No space left on device",
                                         "free space", 1};
    record.archive.clear();
    record.sha256.clear();
    record.stream_sha256.clear();
    record.verified_depth.clear();
    record.verified_level.clear();
    return record;
}

TEST(Summary, tells_where_how_big_and_how_proven) {
    EXPECT_EQ(success_summary(success()),
              "etc: done in 3.2 s\n"
              "  archive   /srv/backup/etc/etc.tar.zst\n"
              "  size      1.00 KiB from 4.00 KiB (25 %), 1,234 entries\n"
              "  sha256    aaaaaaaaaaaaaaaa…\n"
              "  verified  archive, read from storage\n");
}

TEST(Summary, lists_warnings_of_a_partial_backup) {
    const std::string text = success_summary(partial(2));
    EXPECT_THAT(text, HasSubstr("done with 2 warnings in 3.2 s"));
    EXPECT_THAT(text, HasSubstr("    unreadable 'etc/\\xff1': no\n"));
}

TEST(Summary, shows_twenty_warnings_and_counts_the_rest) {
    const std::string text = success_summary(partial(1500));
    EXPECT_THAT(text, HasSubstr("\\xff19'"));
    EXPECT_THAT(text, Not(HasSubstr("\\xff20'")));
    EXPECT_THAT(text, HasSubstr("and 1,480 more"));
}

TEST(Summary, names_job_stage_and_cause_of_a_failure) {
    EXPECT_EQ(failure_message(failure()), "job 'etc': sync: fsync 'x': No space left on device");
}

TEST(Summary, tells_how_far_a_failed_run_got) {
    EXPECT_EQ(partial_figures(failure()), "read 4.00 KiB, wrote 1.00 KiB, 1,234 entries");
    catalog::RunRecord record = failure();
    record.bytes_read = record.bytes_written = record.entries = 0;
    EXPECT_EQ(partial_figures(record), "");
}

TEST(RecordJson, has_every_field_of_a_success) {
    EXPECT_EQ(
        to_json(success()).dump(),
        R"({"run":"01J","job":"etc","host":"host","pid":7,)"
        R"("started":"2026-11-22T02:00:00.000Z","finished":"2026-11-22T02:00:03.240Z",)"
        R"("outcome":"success","exit_code":0,"failure":null,)"
        R"("destination":"/srv/backup/etc","archive":"etc.tar.zst","bytes_read":4096,)"
        R"("bytes_written":1024,"entries":1234,"sha256":")" +
            std::string(64, 'a') + R"(","stream_sha256":")" + std::string(64, 'b') +
            R"(","verified":{"depth":"archive","level":"cold"},"warning_count":0,)"
            R"("suspicious":false,"warnings":[],"stage_usec":{"source":5},"stderr_tail":null})");
}

TEST(RecordJson, tells_a_failure) {
    const auto json = to_json(failure());
    EXPECT_EQ(json["exit_code"], 1);
    EXPECT_EQ(json["failure"]["code"], "no_space");
    EXPECT_EQ(json["failure"]["stage"], "sync");
    EXPECT_TRUE(json["archive"].is_null());
    EXPECT_TRUE(json["verified"].is_null());
}

TEST(RecordJson, is_valid_utf8_whatever_a_path_or_command_says) {
    catalog::RunRecord record = partial(1);
    record.stderr_tail = "first\xff\nsecond";
    const auto json = to_json(record);
    EXPECT_EQ(json["warnings"][0]["path"], "etc/\\xff0");
    EXPECT_EQ(json["stderr_tail"], "first\\xff\nsecond");
    EXPECT_NO_THROW(static_cast<void>(json.dump()));
}

TEST(RecordJson, has_no_exit_code_while_running) {
    catalog::RunRecord record = success();
    record.outcome = Outcome::running;
    record.finished.reset();
    EXPECT_TRUE(to_json(record)["exit_code"].is_null());
    EXPECT_TRUE(to_json(record)["finished"].is_null());
}

} // namespace
} // namespace intact::cli
