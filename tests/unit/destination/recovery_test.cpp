#include "unit/destination/fixture.hpp"

#include <algorithm>
#include <cstdio>
#include <sys/stat.h>
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

    // Killed when the archives have changed places and their companions have not.
    std::string die_in_the_middle() {
        FaultySys probe;
        EXPECT_TRUE(publish("fixed.tar.zst", "probe", Naming::fixed, probe));
        EXPECT_TRUE(publish("fixed.tar.zst", "one", Naming::fixed));
        const auto calls = probe.calls();
        const auto first_move = std::find_if(calls.begin(), calls.end(), [](const auto &call) {
            return call.starts_with("renameat2");
        });
        return die_at(static_cast<std::size_t>(first_move - calls.begin()), Fault::act_after,
                      Naming::fixed, "fixed.tar.zst");
    }

    void flip_last_byte(const std::string &name) const {
        std::string content = read_file(temp_ / ("dest/" + name));
        content.back() = static_cast<char>(content.back() ^ 1);
        temp_.write("dest/" + name, content);
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
                    const auto recovery = recover(run);
                    ASSERT_TRUE(recovery) << recovery.error().message();
                    const auto again = recover(run);
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

TEST_F(RecoveryTest, gives_the_replaced_backup_its_name_back_when_storage_spoilt_the_new_one) {
    ASSERT_TRUE(publish("fixed.tar.zst", "one", Naming::fixed));
    FaultySys probe;
    ASSERT_TRUE(publish("fixed.tar.zst", "probe", Naming::fixed, probe));
    std::size_t given_back = 0;
    std::size_t set_aside = 0;
    std::size_t too_late = 0;
    for (std::size_t at = 0; at < probe.calls().size(); ++at) {
        for (const std::string &name : names()) {
            ASSERT_TRUE(directory_.remove(name));
        }
        ASSERT_TRUE(publish("fixed.tar.zst", "one", Naming::fixed));
        const std::string run = die_at(at, Fault::act_after, Naming::fixed, "fixed.tar.zst");
        bool old_is_there = false;
        for (const std::string &name : names()) {
            if (name.ends_with(".archive") || name.ends_with(".zst")) {
                old_is_there = old_is_there || restored(name) == "one";
                if (restored(name) == "two") {
                    flip_last_byte(name);
                }
            }
        }
        if (!old_is_there) {
            ++too_late;
            continue; // settled: the new backup had been proven before the old one went
        }
        if (!run.empty()) {
            const auto recovery = recover(run);
            ASSERT_TRUE(recovery) << "call " << at << ": " << recovery.error().message();
            given_back += recovery->what == Recovered::swept ? 1U : 0U;
            set_aside += recovery->set_aside.size();
            ASSERT_EQ(left_over(), recovery->set_aside) << "call " << at;
        }
        ASSERT_EQ(restored("fixed.tar.zst"), "one") << "call " << at;
        ASSERT_TRUE(verify("fixed.tar.zst")) << verify("fixed.tar.zst").error().message();
    }
    EXPECT_GT(given_back, 0U);
    EXPECT_GT(set_aside, 0U);
    EXPECT_GT(too_late, 0U);
}

TEST_F(RecoveryTest, touches_nothing_when_no_copy_can_be_proven) {
    ASSERT_TRUE(publish("fixed.tar.zst", "one", Naming::fixed));
    const std::string run = die_in_the_middle();
    for (const std::string &name : names()) {
        if (name.ends_with(".archive") || name.ends_with(".zst")) {
            flip_last_byte(name);
        }
    }
    const auto before = names();
    const auto recovery = recover(run);
    ASSERT_FALSE(recovery);
    EXPECT_EQ(recovery.error().code(), ErrorCode::archive_damaged);
    EXPECT_EQ(names(), before);
}

TEST_F(RecoveryTest, takes_a_manifest_that_storage_does_not_give_for_neither_missing_nor_torn) {
    ASSERT_TRUE(publish("fixed.tar.zst", "one", Naming::fixed));
    const std::string run = die_in_the_middle();
    const std::string manifest = temp_ / ("dest/.intact-" + run + ".manifest");
    ASSERT_EQ(rename(manifest.c_str(), (temp_ / "kept").c_str()), 0);
    ASSERT_EQ(mkfifo(manifest.c_str(), 0600), 0);
    const auto before = names();
    EXPECT_FALSE(recover(run));
    EXPECT_EQ(names(), before);

    ASSERT_EQ(rename((temp_ / "kept").c_str(), manifest.c_str()), 0);
    ASSERT_TRUE(recover(run));
    EXPECT_EQ(restored("fixed.tar.zst"), "two");
}

TEST_F(RecoveryTest, keeps_the_archive_of_a_standing_backup_whose_staged_manifest_is_damaged) {
    ASSERT_TRUE(publish("fixed.tar.zst", "one", Naming::fixed));
    const std::string run = die_in_the_middle();
    flip_last_byte(".intact-" + run + ".manifest");
    const auto before = names();
    EXPECT_FALSE(recover(run));
    EXPECT_EQ(names(), before);
}

TEST_F(RecoveryTest, touches_nothing_that_another_run_staged) {
    temp_.write("dest/.intact-01JDABCDEFGHJKMNPQRSTVWXYZ.archive", "of a living run");
    const auto recovery = recover("01JDABCDEFGHJKMNPQRSTVWXY0");
    ASSERT_TRUE(recovery);
    EXPECT_EQ(recovery->what, Recovered::nothing);
    EXPECT_EQ(left_over().size(), 1U);
}

TEST_F(RecoveryTest, takes_no_path_from_a_lock_record) {
    temp_.write("victim.archive", "precious");
    EXPECT_TRUE(recover("/../../victim"));
    EXPECT_EQ(read_file(temp_ / "victim.archive"), "precious");
}

} // namespace
} // namespace intact::test
