#include "engine/watch.hpp"

#include <condition_variable>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intact::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// Until the stop is requested; ctest's time limit stands for "never".
void wait_for_stop(const std::stop_token &stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait(lock, stop, [] { return false; });
}

TEST(Watch, ends_a_run_that_takes_too_long) {
    config::Limits limits;
    limits.timeout = 20ms;
    const engine::Progress progress;
    const engine::Watch watch(limits, progress, {});
    wait_for_stop(watch.stop_token());
    ASSERT_TRUE(watch.verdict());
    EXPECT_THAT(*watch.verdict(), HasSubstr("run.timeout=20ms"));
}

TEST(Watch, ends_a_run_that_moves_no_byte) {
    config::Limits limits;
    limits.timeout = 1h;
    limits.stall_timeout = 20ms;
    const engine::Progress progress;
    const engine::Watch watch(limits, progress, {});
    wait_for_stop(watch.stop_token());
    ASSERT_TRUE(watch.verdict());
    EXPECT_THAT(*watch.verdict(), HasSubstr("run.stall_timeout=20ms"));
}

// Whatever counts as moving does: bytes of any stage, and entries.
TEST(Watch, lets_a_run_that_moves_go_on) {
    config::Limits limits;
    limits.stall_timeout = 1s;
    limits.timeout = 1500ms;
    engine::Progress progress;
    const engine::Watch watch(limits, progress, {});
    while (!watch.stop_token().stop_requested()) {
        for (auto *figure : {&progress.bytes_read, &progress.bytes_written,
                             &progress.bytes_verified, &progress.entries}) {
            ++*figure;
            std::this_thread::yield();
        }
    }
    EXPECT_THAT(watch.verdict().value_or(""), HasSubstr("run.timeout"));
}

TEST(Watch, passes_a_stop_from_outside_on_without_a_verdict) {
    std::stop_source outside;
    const engine::Progress progress;
    config::Limits limits;
    limits.timeout = 1h;
    const engine::Watch watch(limits, progress, outside.get_token());
    EXPECT_FALSE(watch.stop_token().stop_requested());
    outside.request_stop();
    EXPECT_TRUE(watch.stop_token().stop_requested());
    EXPECT_FALSE(watch.verdict());
}

TEST(Watch, knows_a_stop_that_came_before_it) {
    std::stop_source outside;
    outside.request_stop();
    const engine::Progress progress;
    const engine::Watch watch({}, progress, outside.get_token());
    EXPECT_TRUE(watch.stop_token().stop_requested());
}

} // namespace
} // namespace intact::test
