// The loop with real descriptors, signals and timers.
#include "systemd/event_loop.hpp"

#include <array>
#include <csignal>
#include <ctime>
#include <gtest/gtest.h>
#include <optional>
#include <unistd.h>

namespace intact::systemd {
namespace {

using namespace std::chrono_literals;

std::chrono::microseconds boot_time() {
    timespec time{};
    clock_gettime(CLOCK_BOOTTIME, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_nsec / 1000);
}

class EventLoopTest : public testing::Test {
protected:
    std::unique_ptr<EventLoop> loop_ = *EventLoop::make();
};

TEST_F(EventLoopTest, calls_back_when_a_descriptor_is_readable_until_the_source_ends) {
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe(ends.data()), 0);
    ASSERT_EQ(write(ends[1], "abc", 3), 3);
    std::string got;
    std::optional<Source> source;
    source.emplace(*loop_->on_readable(ends[0], [&] {
        char c = 0;
        ASSERT_EQ(read(ends[0], &c, 1), 1);
        got += c;
        if (got.size() == 2) {
            source.reset(); // within its own callback
            loop_->stop(7);
        }
    }));
    EXPECT_EQ(loop_->run().value(), 7);
    EXPECT_EQ(got, "ab");
    close(ends[0]);
    close(ends[1]);
}

TEST_F(EventLoopTest, takes_signals_that_would_have_killed) {
    const auto source = loop_->on_signal(SIGTERM, [&] { loop_->stop(1); });
    ASSERT_TRUE(source);
    kill(getpid(), SIGTERM);
    EXPECT_EQ(loop_->run().value(), 1);
}

TEST_F(EventLoopTest, a_timer_calls_once_for_each_time_it_is_set) {
    int calls = 0;
    Timer timer;
    timer = *loop_->timer(TimerClock::boot, [&] {
        if (++calls == 2) {
            loop_->stop(0);
        } else {
            timer.set(boot_time() + 1ms);
        }
    });
    timer.set(0us); // long past: at once
    ASSERT_TRUE(loop_->run());
    EXPECT_EQ(calls, 2);
}

TEST_F(EventLoopTest, a_timer_that_was_cleared_does_not_call) {
    Timer cleared = *loop_->timer(TimerClock::boot, [] { FAIL(); });
    cleared.set(0us);
    cleared.clear();
    const auto later = loop_->soon([&] { loop_->stop(0); });
    ASSERT_TRUE(later);
    ASSERT_TRUE(loop_->run());
}

TEST_F(EventLoopTest, what_cannot_be_waited_for_is_an_error) {
    const auto source = loop_->on_readable(-1, [] {});
    ASSERT_FALSE(source);
    EXPECT_NE(source.error().message().find("EBADF"), std::string::npos)
        << source.error().message();
}

} // namespace
} // namespace intact::systemd
