#include "os/lock_file.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace intact::test {
namespace {

using namespace std::chrono_literals;

class LockFileTest : public testing::Test {
protected:
    os::LockOwner owner(const std::string &run) const {
        return {getpid(), "here", run, "2026-11-22T02:00:00.000Z"};
    }
    Result<os::LockFile> acquire(const std::string &run, std::chrono::milliseconds patience = 0ms) {
        return os::LockFile::acquire(directory_, "x.lock", owner(run), patience, stop_.get_token());
    }
    TempDir temp_;
    os::Directory directory_ = *os::Directory::open(temp_.path());
    std::stop_source stop_;
};

TEST_F(LockFileTest, turns_a_second_holder_away_and_names_the_first) {
    const auto first = acquire("RUN1");
    ASSERT_TRUE(first);
    const auto second = acquire("RUN2");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), ErrorCode::locked);
    EXPECT_NE(second.error().message().find(std::to_string(getpid())), std::string::npos);
    EXPECT_NE(second.error().message().find("RUN1"), std::string::npos);
    EXPECT_NE(second.error().message().find("2026-11-22T02:00:00.000Z"), std::string::npos);
}

TEST_F(LockFileTest, forgets_a_holder_that_released) {
    acquire("RUN1")->release();
    const auto second = acquire("RUN2");
    ASSERT_TRUE(second);
    EXPECT_TRUE(second->predecessors().empty());
}

TEST_F(LockFileTest, remembers_every_holder_that_died) {
    for (const char *run : {"RUN1", "RUN2"}) {
        const pid_t child = fork();
        if (child == 0) {
            const auto lock = acquire(run);
            kill(getpid(), SIGKILL);
        }
        waitpid(child, nullptr, 0);
    }
    const auto lock = acquire("RUN3");
    ASSERT_TRUE(lock);
    ASSERT_EQ(lock->predecessors().size(), 2U);
    EXPECT_EQ(lock->predecessors()[0].run_id, "RUN1");
    EXPECT_EQ(lock->predecessors()[1].run_id, "RUN2");
}

TEST_F(LockFileTest, passes_over_a_record_that_a_power_cut_tore) {
    temp_.write("x.lock", "77\there\tRUN1\t2026\n99\thalf");
    {
        const auto second = acquire("RUN2");
        ASSERT_TRUE(second);
        ASSERT_EQ(second->predecessors().size(), 1U);
        EXPECT_EQ(second->predecessors()[0].run_id, "RUN1");
    }
    const auto third = acquire("RUN3");
    ASSERT_EQ(third->predecessors().size(), 2U);
    EXPECT_EQ(third->predecessors()[1].run_id, "RUN2");
}

TEST_F(LockFileTest, waits_for_the_holder_within_its_patience) {
    auto first = acquire("RUN1");
    ASSERT_TRUE(first);
    std::jthread other([&] { first->release(); });
    EXPECT_TRUE(acquire("RUN2", 1h));
}

TEST_F(LockFileTest, a_stop_ends_the_wait) {
    const auto first = acquire("RUN1");
    std::jthread other([&] { stop_.request_stop(); });
    const auto second = acquire("RUN2", std::chrono::milliseconds::max());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), ErrorCode::cancelled);
}

TEST_F(LockFileTest, refuses_a_symlink_in_its_place) {
    temp_.write("victim", "precious");
    ASSERT_EQ(symlink("victim", (temp_ / "x.lock").c_str()), 0);
    EXPECT_FALSE(acquire("RUN1"));
    EXPECT_EQ(read_file(temp_ / "victim"), "precious");
}

} // namespace
} // namespace intact::test
