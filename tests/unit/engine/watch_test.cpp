#include "engine/watch.hpp"

#include <atomic>
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

std::string message_of(const engine::Watch &watch) {
    const auto verdict = watch.verdict();
    return verdict ? verdict->message() : "";
}

TEST(Watch, ends_a_run_that_takes_too_long) {
    config::Limits limits;
    limits.timeout = 20ms;
    engine::Progress progress;
    progress.stage = Stage::verify;
    const engine::Watch watch(limits, progress, {});
    wait_for_stop(watch.stop_token());
    const auto verdict = watch.verdict();
    ASSERT_TRUE(verdict);
    EXPECT_EQ(verdict->code(), ErrorCode::timed_out);
    EXPECT_EQ(verdict->stage(), Stage::verify);
    EXPECT_EQ(verdict->message(),
              "took longer than run.timeout=20ms; it was in its step 'verify' then");
    EXPECT_THAT(std::string(verdict->hint()), HasSubstr("raise run.timeout="));
}

TEST(Watch, ends_a_run_that_moves_no_byte) {
    config::Limits limits;
    limits.timeout = 1h;
    limits.stall_timeout = 20ms;
    engine::Progress progress;
    progress.stage = Stage::source;
    engine::Watch watch(limits, progress, {});
    watch.expect_bytes();
    wait_for_stop(watch.stop_token());
    const auto verdict = watch.verdict();
    ASSERT_TRUE(verdict);
    EXPECT_EQ(verdict->message(),
              "moved no byte for run.stall_timeout=20ms; it was in its step 'source' then");
    EXPECT_THAT(std::string(verdict->hint()), HasSubstr("raise run.stall_timeout="));
}

// The other watch's limit is the clock: had the first not come to rest, it would have been earlier.
TEST(Watch, at_rest_ends_nothing) {
    config::Limits limits;
    limits.timeout = 20ms;
    const engine::Progress progress;
    config::Limits longer;
    longer.timeout = 200ms;
    engine::Watch resting(limits, progress, {});
    resting.rest();
    const engine::Watch other(longer, progress, {});
    wait_for_stop(other.stop_token());
    EXPECT_EQ(message_of(resting), "");
    EXPECT_FALSE(resting.stop_token().stop_requested());
}

// The whole limit is the clock: ten times the other.
TEST(Watch, does_not_call_a_run_stalled_that_waits_for_others) {
    config::Limits limits;
    limits.timeout = 200ms;
    limits.stall_timeout = 20ms;
    const engine::Progress progress;
    const engine::Watch watch(limits, progress, {});
    wait_for_stop(watch.stop_token());
    ASSERT_TRUE(watch.verdict());
    EXPECT_THAT(watch.verdict()->message(), HasSubstr("run.timeout"));
}

// Each figure alone keeps its run alive; all at once, so that the limits are waited for only once.
TEST(Watch, lets_a_run_go_on_that_moves_any_figure) {
    config::Limits limits;
    limits.stall_timeout = 1s;
    limits.timeout = 1500ms;
    using Figure = std::atomic<std::uint64_t> engine::Progress::*;
    struct Run {
        Run(const config::Limits &limits, Figure figure)
            : moving(progress.*figure), watch(limits, progress, {}) {
            watch.expect_bytes();
        }
        engine::Progress progress;
        std::atomic<std::uint64_t> &moving;
        engine::Watch watch;
    };
    Run read(limits, &engine::Progress::bytes_read);
    Run written(limits, &engine::Progress::bytes_written);
    Run verified(limits, &engine::Progress::bytes_verified);
    Run entries(limits, &engine::Progress::entries);
    for (Run *run : {&read, &written, &verified, &entries}) {
        while (!run->watch.stop_token().stop_requested()) {
            for (Run *each : {&read, &written, &verified, &entries}) {
                ++each->moving;
            }
            std::this_thread::yield();
        }
    }
    EXPECT_THAT(message_of(read.watch), HasSubstr("run.timeout"));
    EXPECT_THAT(message_of(written.watch), HasSubstr("run.timeout"));
    EXPECT_THAT(message_of(verified.watch), HasSubstr("run.timeout"));
    EXPECT_THAT(message_of(entries.watch), HasSubstr("run.timeout"));
}

// A watch with a limit that stalls beside it is the clock.
TEST(Watch, ends_no_run_without_limits) {
    config::Limits limits;
    limits.stall_timeout = 50ms;
    const engine::Progress progress;
    const engine::Watch free({}, progress, {});
    engine::Watch limited(limits, progress, {});
    limited.expect_bytes();
    wait_for_stop(limited.stop_token());
    EXPECT_FALSE(free.stop_token().stop_requested());
    EXPECT_FALSE(free.verdict());
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
    EXPECT_FALSE(watch.verdict());
}

} // namespace
} // namespace intact::test
