#include "crash/fixture.hpp"

#include <cerrno>

namespace intact::test {
namespace {

class ErrorTest : public CrashTest {};

// Hints to the kernel, the removal of what was carried to its destination, and what happens after
// the backup stands: their failure must not fail the run.
bool may_fail(const Calls &calls, std::size_t at) {
    const std::string &call = calls.names[at];
    return call == "sync_file_range" || call == "unlinkat" || calls.probes[at] ||
           at >= calls.settling;
}

TEST_P(ErrorTest, at_any_call_keeps_the_previous_backup_and_tells_what_failed) {
    ASSERT_EQ(run().outcome, Outcome::success);
    const auto calls = calls_of_a_run_told_apart();
    std::size_t points = 0;
    std::size_t failed = 0;
    for (const int error : {EIO, ENOSPC, EINTR, EROFS, EDQUOT}) {
        for (std::size_t at = 0; at < calls.names.size(); ++at, ++points) {
            const std::string where =
                calls.names[at] + " #" + std::to_string(at) + " " + strerrorname_np(error);
            const auto before = sound_backups();
            FaultySys sys({at, Fault::error, error});
            const auto record = run(sys);
            const auto after = sound_backups();
            if (record.outcome == Outcome::failure) {
                ++failed;
                ASSERT_EQ(after, before) << where << ": " << record.failure->message;
                ASSERT_EQ(catalog::exit_code_of(record), 1) << where;
                ASSERT_NE(record.failure->message.find(strerrorname_np(error)), std::string::npos)
                    << where << ": " << record.failure->message;
                ASSERT_TRUE(left_over().empty()) << where;
            } else {
                ASSERT_EQ(record.outcome, Outcome::success) << where;
                ASSERT_TRUE(may_fail(calls, at) || error == EINTR) << where;
                ASSERT_EQ(after.back(), record.run_id) << where;
            }
            keep_only({after.back()});
        }
        ASSERT_EQ(run().outcome, Outcome::success);
        ASSERT_TRUE(left_over().empty());
    }
    std::printf("%s: %zu points at which a call failed, %zu of them failed the run\n",
                GetParam().name.c_str(), points, failed);
    EXPECT_GT(failed, points / 3);
}

TEST_P(ErrorTest, a_short_write_anywhere_changes_nothing) {
    ASSERT_EQ(run().outcome, Outcome::success);
    const auto calls = calls_of_a_run();
    std::size_t points = 0;
    for (std::size_t at = 0; at < calls.size(); ++at) {
        if (calls[at] == "write") {
            ++points;
            FaultySys sys({at, Fault::short_write, 0});
            ASSERT_EQ(run(sys).outcome, Outcome::success) << "write #" << at;
        }
    }
    EXPECT_EQ(sound_backups().size(), fixed_name() ? 1U : points + 2);
    std::printf("%s: %zu short writes\n", GetParam().name.c_str(), points);
}

TEST_P(ErrorTest, a_failed_fsync_is_never_asked_twice) {
    ASSERT_EQ(run().outcome, Outcome::success);
    const auto calls = calls_of_a_run_told_apart();
    for (std::size_t at = 0; at < calls.settling; ++at) {
        if (calls.names[at] != "fsync" || calls.probes[at]) {
            continue;
        }
        FaultySys sys({at, Fault::error, EIO});
        const auto record = run(sys);
        ASSERT_EQ(record.outcome, Outcome::failure);
        ASSERT_NE(record.failure->message.find("fsync"), std::string::npos)
            << record.failure->message;
    }
}

INSTANTIATE_TEST_SUITE_P(Targets, ErrorTest, all_targets(), name_of_target);

} // namespace
} // namespace intact::test
