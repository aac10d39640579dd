#include "crash/fixture.hpp"
#include "support/extent.hpp"

#include <algorithm>

namespace intact::test {
namespace {

class KillTest : public CrashTest {
protected:
    /// Runs in a process that is killed at that call.
    void die_at(std::size_t call, Fault when) const {
        const pid_t child = fork();
        if (child == 0) {
            FaultySys sys({call, when, 0, signal_us(SIGKILL)});
            run(sys);
            _exit(0);
        }
        waitpid(child, nullptr, 0);
    }

    void expect_settled() const {
        const auto next = run();
        ASSERT_EQ(next.outcome, Outcome::success)
            << (next.failure ? next.failure->message : std::string());
        ASSERT_TRUE(left_over().empty());
        const auto sound = sound_backups();
        ASSERT_NE(std::find(sound.begin(), sound.end(), next.run_id), sound.end());
        keep_only({next.run_id});
        const auto catalog = catalog::Catalog::open(temp_ / "state");
        const auto runs = (*catalog)->runs("job", 0);
        for (const auto &record : *runs) {
            ASSERT_NE(record.outcome, Outcome::running) << record.run_id;
            // What the ledger calls published is there, unless a later run took its fixed name.
            const bool there = std::find(sound.begin(), sound.end(), record.run_id) != sound.end();
            ASSERT_TRUE(!record.archive.empty() || !there) << record.run_id;
        }
    }
};

TEST_P(KillTest, at_any_call_leaves_a_sound_backup_and_the_next_run_cleans_up) {
    ASSERT_EQ(run().outcome, Outcome::success);
    const std::size_t calls = calls_of_a_run().size();
    const std::size_t step = is_full() ? 1 : 3;
    std::size_t points = 0;
    for (std::size_t at = 0; at < calls; ++at) {
        for (const Fault when : {Fault::act_before, Fault::act_after}) {
            // Between one call and the next there is little but the catalog's own writing.
            if (when == Fault::act_before && at % step != 0) {
                continue;
            }
            const auto before = sound_backups();
            die_at(at, when);
            if (!fixed_name()) {
                const auto after = sound_backups();
                ASSERT_TRUE(
                    std::includes(after.begin(), after.end(), before.begin(), before.end()));
            }
            expect_settled();
            ASSERT_FALSE(HasFatalFailure()) << "call " << at;
            ++points;
        }
    }
    std::printf("%s: %zu points at which the run was killed\n", GetParam().name.c_str(), points);
}

// The run that recovers dies too, at each of its own first calls: recovery included.
TEST_P(KillTest, a_second_kill_during_recovery_loses_nothing_either) {
    ASSERT_EQ(run().outcome, Outcome::success);
    const std::size_t calls = calls_of_a_run().size();
    const std::size_t step = is_full() ? 1 : 8;
    std::size_t points = 0;
    for (std::size_t at = calls_of_a_run_told_apart().publishing - 2; at < calls; ++at) {
        for (std::size_t second = at % step; second < 24; second += step, ++points) {
            die_at(at, Fault::act_after);
            die_at(second, Fault::act_after);
            expect_settled();
            ASSERT_FALSE(HasFatalFailure()) << "calls " << at << ", " << second;
        }
    }
    std::printf("%s: %zu pairs of kills\n", GetParam().name.c_str(), points);
}

INSTANTIATE_TEST_SUITE_P(Targets, KillTest, all_targets(), name_of_target);

} // namespace
} // namespace intact::test
