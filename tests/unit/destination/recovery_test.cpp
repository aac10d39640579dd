#include "unit/destination/fixture.hpp"

#include <sys/wait.h>

namespace intact::test {
namespace {

using destination::Naming;
using destination::Recovered;

class RecoveryTest : public DestinationTest {
protected:
    // A run that is killed at its n-th durable call; which run it was, if it had begun to stage.
    std::string die_at(std::size_t call, Fault when, Naming naming, const std::string &archive) {
        const pid_t child = fork();
        if (child == 0) {
            FaultySys sys({call, when, 0, signal_us(SIGKILL)});
            static_cast<void>(publish(archive, "two", naming, sys));
            _exit(0);
        }
        waitpid(child, nullptr, 0);
        const auto left = left_over();
        return left.empty() ? "" : left.front().substr(8, 26);
    }
};

TEST_F(RecoveryTest,
       after_a_kill_at_any_call_one_whole_backup_has_the_name_and_nothing_else_stays) {
    std::size_t points = 0;
    for (const Naming naming : {Naming::fixed, Naming::time_stamped}) {
        const std::string target = naming == Naming::fixed ? "fixed.tar.zst" : "new.tar.zst";
        ASSERT_TRUE(publish("fixed.tar.zst", "one", Naming::fixed));
        FaultySys probe;
        ASSERT_TRUE(publish(target, "probe", naming, probe));
        const std::size_t calls = probe.calls().size();
        for (std::size_t at = 0; at < calls; ++at) {
            for (const Fault when : {Fault::act_before, Fault::act_after}) {
                for (const std::string &name : names()) {
                    ASSERT_TRUE(directory_.remove(name));
                }
                ASSERT_TRUE(publish("fixed.tar.zst", "one", Naming::fixed));
                const std::string run = die_at(at, when, naming, target);
                if (!run.empty()) {
                    const auto recovery = destination::recover_run(directory_, run, {});
                    ASSERT_TRUE(recovery) << recovery.error().message();
                    const auto again = destination::recover_run(directory_, run, {});
                    ASSERT_EQ(again->what, Recovered::nothing);
                    if (recovery->what == Recovered::completed) {
                        ASSERT_EQ(restored(target), "two");
                    }
                }
                ASSERT_TRUE(left_over().empty());
                const auto old = restored("fixed.tar.zst");
                ASSERT_TRUE(old == "one" || (naming == Naming::fixed && old == "two")) << old;
                for (const std::string &name : names()) {
                    if (name.ends_with(".zst")) {
                        ASSERT_TRUE(verify(name)) << "call " << at;
                    }
                }
                ++points;
            }
        }
    }
    std::printf("points at which the run was killed: %zu\n", points);
}

TEST_F(RecoveryTest, touches_nothing_that_another_run_staged) {
    temp_.write("dest/.intact-01JDABCDEFGHJKMNPQRSTVWXYZ.archive", "of a living run");
    const auto recovery = destination::recover_run(directory_, "01JDABCDEFGHJKMNPQRSTVWXY0", {});
    ASSERT_TRUE(recovery);
    EXPECT_EQ(recovery->what, Recovered::nothing);
    EXPECT_EQ(left_over().size(), 1U);
}

TEST_F(RecoveryTest, takes_no_path_from_a_lock_record) {
    temp_.write("victim.archive", "precious");
    EXPECT_TRUE(destination::recover_run(directory_, "/../../victim", {}));
    EXPECT_EQ(read_file(temp_ / "victim.archive"), "precious");
}

} // namespace
} // namespace intact::test
