// The ledger as its users see it: what goes in comes out, whatever else happens meanwhile.
#include "catalog/catalog.hpp"

#include "support/temp_dir.hpp"

#include <csignal>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace intact::catalog {
namespace {

using namespace std::chrono_literals;
using test::TempDir;

WallTime at(int second) {
    return WallTime(1'763'776'800s + std::chrono::seconds(second) + 123'456'789ns);
}

RunRecord running(const std::string &run_id, const std::string &job = "etc", int second = 0) {
    RunRecord record;
    record.run_id = run_id;
    record.job = job;
    record.host = "host";
    record.pid = 4711;
    record.started = at(second);
    record.destination = "/srv/backup/etc";
    return record;
}

RunRecord ended(RunRecord record) {
    record.finished = record.started + 5s;
    record.outcome = Outcome::warning;
    record.filesystem = "uuid:0a1b";
    record.mount_point = "/srv/\xff";
    record.archive = "etc-20261122T020000Z.tar.zst";
    record.bytes_read = 0xffff'ffff'ffff'fff0U;
    record.bytes_written = 12;
    record.entries = 3;
    record.sha256 = "aa";
    record.stream_sha256 = "bb";
    record.verified_depth = "archive";
    record.verified_level = "cold";
    record.warning_count = 1500;
    record.warnings = {{WarningKind::unreadable, "etc/\xff\xfe\n", "open: denied"},
                       {WarningKind::durability, "", "no barrier"}};
    record.stage_usec = {{"source", 17}, {"sync", 4}};
    record.stderr_tail = std::string("a\0b\xff", 4);
    return record;
}

RunRecord failed(RunRecord record) {
    record.finished = record.started + 1s;
    record.outcome = Outcome::failure;
    record.failure = RunFailure{"no_space", "write", "write 'x': No space left", "free space", 1};
    record.bytes_read = 99;
    return record;
}

std::unique_ptr<Catalog> open(const std::string &state_dir) {
    auto catalog = Catalog::open(state_dir);
    EXPECT_TRUE(catalog) << catalog.error().message();
    return catalog ? *std::move(catalog) : nullptr;
}

std::vector<std::string> ids(const Catalog &catalog, const std::string &job = "",
                             std::uint64_t limit = 0) {
    std::vector<std::string> found;
    const auto records = catalog.runs(job, limit);
    for (const RunRecord &record : records.value()) {
        found.push_back(record.run_id);
    }
    return found;
}

/// In a process of its own; returns its wait status.
int in_child(const std::function<void()> &action) {
    const pid_t child = fork();
    if (child == 0) {
        action();
        _exit(testing::Test::HasFailure() ? 1 : 0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return status;
}

void expect_same(const RunRecord &a, const RunRecord &b) {
    EXPECT_EQ(a.run_id, b.run_id);
    EXPECT_EQ(a.job, b.job);
    EXPECT_EQ(a.host, b.host);
    EXPECT_EQ(a.pid, b.pid);
    EXPECT_EQ(a.started, b.started);
    EXPECT_EQ(a.finished, b.finished);
    EXPECT_EQ(a.outcome, b.outcome);
    ASSERT_EQ(a.failure.has_value(), b.failure.has_value());
    if (a.failure) {
        EXPECT_EQ(a.failure->code, b.failure->code);
        EXPECT_EQ(a.failure->stage, b.failure->stage);
        EXPECT_EQ(a.failure->message, b.failure->message);
        EXPECT_EQ(a.failure->hint, b.failure->hint);
        EXPECT_EQ(a.failure->exit_code, b.failure->exit_code);
    }
    EXPECT_EQ(a.destination, b.destination);
    EXPECT_EQ(a.filesystem, b.filesystem);
    EXPECT_EQ(a.mount_point, b.mount_point);
    EXPECT_EQ(a.archive, b.archive);
    EXPECT_EQ(a.bytes_read, b.bytes_read);
    EXPECT_EQ(a.bytes_written, b.bytes_written);
    EXPECT_EQ(a.entries, b.entries);
    EXPECT_EQ(a.sha256, b.sha256);
    EXPECT_EQ(a.stream_sha256, b.stream_sha256);
    EXPECT_EQ(a.verified_depth, b.verified_depth);
    EXPECT_EQ(a.verified_level, b.verified_level);
    EXPECT_EQ(a.warning_count, b.warning_count);
    ASSERT_EQ(a.warnings.size(), b.warnings.size());
    for (std::size_t i = 0; i < a.warnings.size(); ++i) {
        EXPECT_EQ(a.warnings[i].kind, b.warnings[i].kind);
        EXPECT_EQ(a.warnings[i].path, b.warnings[i].path);
        EXPECT_EQ(a.warnings[i].detail, b.warnings[i].detail);
    }
    EXPECT_EQ(a.stage_usec, b.stage_usec);
    EXPECT_EQ(a.stderr_tail, b.stderr_tail);
}

class CatalogTest : public testing::Test {
protected:
    TempDir temp_;
    const std::string state_ = temp_ / "lib/state";
};

TEST_F(CatalogTest, makes_the_state_directory_closed_to_others) {
    open(state_);
    struct stat status{};
    ASSERT_EQ(stat(state_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0750U);
}

TEST_F(CatalogTest, keeps_database_and_log_readable_by_the_owner_only) {
    const auto catalog = open(state_);
    ASSERT_TRUE(catalog->begin(running("A")));
    for (const std::string name : {"/catalog.db", "/catalog.db-wal", "/catalog.db-shm"}) {
        struct stat status{};
        ASSERT_EQ(stat((state_ + name).c_str(), &status), 0) << name;
        EXPECT_EQ(status.st_mode & 07777, 0600U) << name;
    }
}

TEST_F(CatalogTest, a_run_that_began_is_running) {
    const auto catalog = open(state_);
    ASSERT_TRUE(catalog->begin(running("A")));
    expect_same(catalog->run("A").value().value(), running("A"));
}

TEST_F(CatalogTest, gives_a_finished_run_back_to_the_byte) {
    const RunRecord record = ended(running("A"));
    {
        const auto catalog = open(state_);
        ASSERT_TRUE(catalog->begin(running("A")));
        ASSERT_TRUE(catalog->finish(record));
    }
    expect_same(open(state_)->run("A").value().value(), record);
}

TEST_F(CatalogTest, gives_a_failure_back_whole) {
    const auto catalog = open(state_);
    ASSERT_TRUE(catalog->begin(running("A")));
    ASSERT_TRUE(catalog->finish(failed(running("A"))));
    expect_same(catalog->run("A").value().value(), failed(running("A")));
}

TEST_F(CatalogTest, an_unknown_run_is_no_error) {
    EXPECT_EQ(open(state_)->run("nobody").value(), std::nullopt);
}

TEST_F(CatalogTest, the_same_run_cannot_begin_twice) {
    const auto catalog = open(state_);
    ASSERT_TRUE(catalog->begin(running("A")));
    const auto again = catalog->begin(running("A"));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code(), ErrorCode::catalog_failed);
    EXPECT_THAT(again.error().message(), testing::HasSubstr("UNIQUE constraint failed"));
}

TEST_F(CatalogTest, a_run_that_is_forgotten_leaves_nothing) {
    const auto catalog = open(state_);
    ASSERT_TRUE(catalog->begin(running("r1")));
    ASSERT_TRUE(catalog->finish(ended(running("r2"))));
    ASSERT_TRUE(catalog->forget("r1"));
    EXPECT_THAT(ids(*catalog), testing::ElementsAre("r2"));
    ASSERT_TRUE(catalog->forget("r2")); // with all that hangs on it
    ASSERT_TRUE(catalog->forget("never"));
    ASSERT_TRUE(catalog->begin(running("r2")));
    EXPECT_TRUE(catalog->run("r2").value()->warnings.empty());
    EXPECT_THAT(catalog->open_runs().value(), testing::ElementsAre(Catalog::OpenRun{"etc", "r2"}));
}

TEST_F(CatalogTest, finishing_again_replaces_the_end_but_not_the_process) {
    const auto catalog = open(state_);
    ASSERT_TRUE(catalog->finish(failed(running("A"))));
    RunRecord recovered = ended(running("A"));
    recovered.pid = 0;
    ASSERT_TRUE(catalog->finish(recovered));
    expect_same(catalog->run("A").value().value(), ended(running("A")));
}

TEST_F(CatalogTest, lists_newest_first_by_job_and_up_to_a_limit) {
    const auto catalog = open(state_);
    ASSERT_TRUE(catalog->begin(running("A", "etc", 1)));
    ASSERT_TRUE(catalog->begin(running("B", "home", 2)));
    ASSERT_TRUE(catalog->begin(running("C", "etc", 3)));
    EXPECT_THAT(ids(*catalog), testing::ElementsAre("C", "B", "A"));
    EXPECT_THAT(ids(*catalog, "etc"), testing::ElementsAre("C", "A"));
    EXPECT_THAT(ids(*catalog, "", 2), testing::ElementsAre("C", "B"));
}

TEST_F(CatalogTest, settles_only_running_rows_of_that_job) {
    const auto catalog = open(state_);
    for (const auto &[id, job] :
         {std::pair{"A", "etc"}, {"B", "etc"}, {"C", "home"}, {"D", "etc"}}) {
        ASSERT_TRUE(catalog->begin(running(id, job)));
    }
    ASSERT_TRUE(catalog->finish(ended(running("B"))));
    EXPECT_THAT(catalog->settle("etc", "D").value(), testing::ElementsAre("A"));
    EXPECT_EQ(catalog->run("A").value()->outcome, Outcome::interrupted);
    EXPECT_EQ(catalog->run("B").value()->outcome, Outcome::warning);
    EXPECT_EQ(catalog->run("C").value()->outcome, Outcome::running);
    EXPECT_EQ(catalog->run("D").value()->outcome, Outcome::running);
}

TEST_F(CatalogTest, adopts_once_and_never_over_what_it_knows) {
    const auto catalog = open(state_);
    EXPECT_TRUE(catalog->adopt(ended(running("A"))).value());
    EXPECT_FALSE(catalog->adopt(failed(running("A"))).value());
    expect_same(catalog->run("A").value().value(), ended(running("A")));
}

TEST_F(CatalogTest, processes_that_write_at_once_lose_nothing) {
    constexpr int kWriters = 4;
    constexpr int kRuns = 20;
    std::vector<pid_t> children;
    for (int writer = 0; writer < kWriters; ++writer) {
        const pid_t child = fork();
        if (child == 0) {
            auto catalog = Catalog::open(state_); // all meet a file that is not there yet
            bool ok = catalog.has_value();
            for (int run = 0; ok && run < kRuns; ++run) {
                const RunRecord record = running(std::to_string(writer * kRuns + run));
                ok = (*catalog)->begin(record) && (*catalog)->finish(ended(record));
            }
            _exit(ok ? 0 : 1);
        }
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = -1;
        waitpid(child, &status, 0);
        EXPECT_EQ(status, 0);
    }
    EXPECT_EQ(ids(*open(state_)).size(), std::size_t{kWriters * kRuns});
}

int die_at_commit(sqlite3 *database, const char **, const sqlite3_api_routines *) {
    sqlite3_commit_hook(
        database,
        [](void *) {
            raise(SIGKILL);
            return 0;
        },
        nullptr);
    return SQLITE_OK;
}

TEST_F(CatalogTest, a_process_killed_within_finish_leaves_its_run_running) {
    ASSERT_TRUE(open(state_)->begin(running("A")));
    const int status = in_child([&] {
        // Every row of the transaction is written when SQLite asks its commit hook.
        sqlite3_auto_extension(reinterpret_cast<void (*)()>(die_at_commit));
        const auto catalog = Catalog::open(state_);
        static_cast<void>((*catalog)->finish(ended(running("A"))));
    });
    ASSERT_TRUE(WIFSIGNALED(status));
    expect_same(open(state_)->run("A").value().value(), running("A"));
}

TEST_F(CatalogTest, a_file_that_is_no_database_is_named_with_the_way_out) {
    temp_.write("lib/state/catalog.db", std::string(8192, 'x'));
    const auto catalog = Catalog::open(state_);
    ASSERT_FALSE(catalog);
    EXPECT_EQ(catalog.error().code(), ErrorCode::catalog_failed);
    EXPECT_THAT(catalog.error().message(),
                testing::AllOf(testing::HasSubstr(state_ + "/catalog.db"),
                               testing::HasSubstr("not a database"), testing::HasSubstr("26")));
    EXPECT_THAT(std::string(catalog.error().hint()), testing::HasSubstr("intact catalog rebuild"));
}

TEST_F(CatalogTest, a_newer_format_is_refused_and_left_alone) {
    open(state_);
    test::run_program("sqlite3 " + state_ + "/catalog.db 'PRAGMA user_version = 99'");
    const auto catalog = Catalog::open(state_);
    ASSERT_FALSE(catalog);
    EXPECT_THAT(catalog.error().message(), testing::HasSubstr("its format is 99"));
    EXPECT_THAT(std::string(catalog.error().hint()), testing::HasSubstr("newer intact"));
    EXPECT_EQ(Catalog::set_aside_if_damaged(state_).value(), "");
}

/// What makes a catalog of format 3 of one of today.
constexpr std::string_view kBackToThree =
    "DROP INDEX runs_uncounted; DROP INDEX slots_excused; ALTER TABLE runs DROP COLUMN counted; "
    "DROP TABLE totals; DROP TABLE verifications; DROP TABLE damaged; DROP TABLE destinations; "
    "DROP TABLE touched; ";

TEST_F(CatalogTest, what_happened_before_there_were_sums_is_added_up_once) {
    {
        const auto catalog = open(state_);
        ASSERT_TRUE(catalog->finish(ended(running("A"))));
        ASSERT_TRUE(catalog->finish(failed(running("B"))));
        ASSERT_TRUE(catalog->apply(
            {SlotRecord{"etc", WallTime(std::chrono::seconds(1)), WallTime(std::chrono::seconds(2)),
                        2, SlotFate::missed, "off", "", 3, WallTime()},
             JobSeen{"never-ran", WallTime(std::chrono::seconds(7))}}));
    }
    ASSERT_EQ(test::run_program("sqlite3 " + state_ + "/catalog.db '" + std::string(kBackToThree) +
                                "PRAGMA user_version = 3'")
                  .exit_code,
              0);
    for (int time = 0; time < 2; ++time) {
        const JobTotals totals = open(state_)->facts(0).value().jobs.at("etc").totals;
        EXPECT_THAT(totals.runs,
                    testing::ElementsAre(testing::Pair("failure", 1), testing::Pair("warning", 1)));
        EXPECT_THAT(totals.missed, testing::ElementsAre(testing::Pair("off", 2)));
        EXPECT_EQ(totals.retries, 2U);
        EXPECT_EQ(open(state_)->facts(0).value().jobs["never-ran"].excused,
                  WallTime(std::chrono::seconds(7)));
    }
}

TEST_F(CatalogTest, the_first_format_is_brought_up_to_date_with_all_its_rows) {
    {
        const auto catalog = open(state_);
        ASSERT_TRUE(catalog->begin(running("A")));
        ASSERT_TRUE(catalog->finish(ended(running("A"))));
    }
    ASSERT_EQ(test::run_program(
                  "sqlite3 " + state_ + "/catalog.db '" + std::string(kBackToThree) +
                  "ALTER TABLE runs DROP COLUMN filesystem; ALTER TABLE "
                  "runs DROP COLUMN mount_point; DROP INDEX runs_on; DROP TABLE slots; DROP TABLE "
                  "schedules; DROP TABLE pauses; PRAGMA user_version = 1'")
                  .exit_code,
              0);
    RunRecord expected = ended(running("A"));
    expected.filesystem.clear();
    expected.mount_point.clear();
    for (int time = 0; time < 2; ++time) {
        expect_same(open(state_)->run("A").value().value(), expected);
        EXPECT_TRUE(open(state_)->ledger().value().jobs.empty());
    }
}

TEST_F(CatalogTest, knows_the_last_run_that_left_a_backup) {
    const auto catalog = open(state_);
    EXPECT_EQ(catalog->last_backup("etc").value(), std::nullopt);
    ASSERT_TRUE(catalog->finish(ended(running("A", "etc", 1))));
    ASSERT_TRUE(catalog->finish(ended(running("B", "home", 2))));
    ASSERT_TRUE(catalog->finish(failed(running("C", "etc", 3))));
    expect_same(catalog->last_backup("etc").value().value(), ended(running("A", "etc", 1)));
}

TEST_F(CatalogTest, the_last_good_backup_is_the_newest_that_is_not_suspicious) {
    const auto catalog = open(state_);
    EXPECT_EQ(catalog->last_good_backup("etc").value(), std::nullopt);
    RunRecord suspicious = ended(running("B", "etc", 2));
    suspicious.warnings.push_back({WarningKind::suspicious, "", "small"});
    ASSERT_TRUE(catalog->finish(suspicious));
    EXPECT_EQ(catalog->last_good_backup("etc").value(), std::nullopt);
    ASSERT_TRUE(catalog->finish(ended(running("A", "etc", 1))));
    ASSERT_TRUE(catalog->finish(failed(running("C", "etc", 3))));
    EXPECT_EQ(catalog->last_backup("etc").value()->run_id, "B");
    expect_same(catalog->last_good_backup("etc").value().value(), ended(running("A", "etc", 1)));
    ASSERT_TRUE(catalog->finish(ended(running("D", "etc", 4))));
    EXPECT_EQ(catalog->last_good_backup("etc").value()->run_id, "D");
}

TEST_F(CatalogTest, another_programs_database_is_refused) {
    temp_.write("lib/state/.keep", "");
    test::run_program("sqlite3 " + state_ + "/catalog.db 'CREATE TABLE theirs (x)'");
    const auto catalog = Catalog::open(state_);
    ASSERT_FALSE(catalog);
    EXPECT_THAT(catalog.error().message(), testing::HasSubstr("another program"));
}

TEST_F(CatalogTest, a_user_without_rights_is_told_about_the_directory) {
    open(state_);
    const int status = in_child([&] {
        if (geteuid() == 0) {
            ASSERT_EQ(setresuid(65534, 65534, 65534), 0);
        } else {
            ASSERT_EQ(chmod(state_.c_str(), 0), 0);
        }
        const auto catalog = Catalog::open(state_);
        ASSERT_FALSE(catalog);
        EXPECT_EQ(catalog.error().code(), ErrorCode::catalog_failed);
        EXPECT_THAT(catalog.error().message(), testing::HasSubstr("EACCES"));
        EXPECT_THAT(std::string(catalog.error().hint()), testing::HasSubstr("owner and mode"));
    });
    chmod(state_.c_str(), 0750);
    EXPECT_EQ(status, 0);
}

TEST_F(CatalogTest, sets_a_damaged_file_aside_and_begins_anew) {
    temp_.write("lib/state/catalog.db", std::string(8192, 'x'));
    const std::string aside = Catalog::set_aside_if_damaged(state_).value();
    EXPECT_THAT(aside, testing::StartsWith(state_ + "/catalog.db.damaged-"));
    EXPECT_EQ(test::read_file(aside), std::string(8192, 'x'));
    EXPECT_TRUE(ids(*open(state_)).empty());
}

TEST_F(CatalogTest, sets_a_file_with_torn_pages_aside) {
    {
        const auto catalog = open(state_);
        for (int run = 0; run < 50; ++run) {
            ASSERT_TRUE(catalog->finish(ended(running(std::to_string(run)))));
        }
    }
    std::string content = test::read_file(state_ + "/catalog.db");
    content.replace(content.size() / 2, 4096, std::string(4096, '\x5a'));
    temp_.write("lib/state/catalog.db", content);
    EXPECT_NE(Catalog::set_aside_if_damaged(state_).value(), "");
}

TEST_F(CatalogTest, leaves_a_sound_file_where_it_is) {
    ASSERT_TRUE(open(state_)->begin(running("A")));
    EXPECT_EQ(Catalog::set_aside_if_damaged(state_).value(), "");
    EXPECT_THAT(ids(*open(state_)), testing::ElementsAre("A"));
}

TEST_F(CatalogTest, a_missing_catalog_is_told_without_making_one) {
    EXPECT_FALSE(Catalog::exists(state_).value());
    EXPECT_EQ(Catalog::set_aside_if_damaged(state_).value(), "");
    EXPECT_NE(access(state_.c_str(), F_OK), 0);
}

TEST(ExitCode, follows_the_outcome) {
    RunRecord record;
    record.outcome = Outcome::success;
    EXPECT_EQ(exit_code_of(record), 0);
    record.outcome = Outcome::warning;
    EXPECT_EQ(exit_code_of(record), 3);
    record.outcome = Outcome::cancelled;
    EXPECT_EQ(exit_code_of(record), 130);
    record.outcome = Outcome::interrupted;
    EXPECT_EQ(exit_code_of(record), 1);
    record.outcome = Outcome::failure;
    record.failure = RunFailure{"locked", "claim", "held", "", 4};
    EXPECT_EQ(exit_code_of(record), 4);
}

} // namespace
} // namespace intact::catalog
