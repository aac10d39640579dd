#include "engine/watch.hpp"

#include "base/caught.hpp"
#include "base/quantity.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <fmt/format.h>

namespace intact::engine {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::string_view kTimeoutHint =
    "raise run.timeout=; stage_usec in 'intact history --json' tells where the time of runs goes";
constexpr std::string_view kStallHint =
    "raise run.stall_timeout= if such pauses are usual, or find out whether the source or the "
    "destination hangs";

std::uint64_t bytes_moved(const Progress &progress) {
    return progress.bytes_read + progress.bytes_written + progress.bytes_carried +
           progress.bytes_verified + progress.entries;
}

} // namespace

Watch::Watch(const config::Limits &limits, const Progress &progress, const std::stop_token &outside)
    : limits_(limits), progress_(progress), outside_(outside, [this] { stop_.request_stop(); }) {
    if (limits_.timeout || limits_.stall_timeout) {
        try {
            thread_ = std::jthread([this](const std::stop_token &end) {
                try {
                    watch(end);
                } catch (...) {
                    end_run(caught("watch the limits"));
                }
            });
        } catch (...) {
            end_run(caught("start a thread to watch the limits"));
        }
    }
}

void Watch::rest() {
    if (thread_.joinable()) {
        thread_.request_stop();
        thread_.join();
    }
}

std::optional<Error> Watch::verdict() const {
    const std::lock_guard lock(mutex_);
    return verdict_;
}

// The step is where the run happened to be, not what is to blame: its threads all stop, and which
// of them says so first is chance.
Error Watch::passed(std::string_view what, std::string_view hint) const {
    const Stage step = progress_.stage;
    return Error(ErrorCode::timed_out,
                 fmt::format("{}; it was in its step '{}' then", what, name_of(step)))
        .with_hint(hint)
        .at(step);
}

void Watch::end_run(Error verdict) {
    {
        const std::lock_guard lock(mutex_);
        verdict_ = std::move(verdict);
    }
    stop_.request_stop();
}

void Watch::watch(const std::stop_token &end) {
    const Steady::time_point started = Steady::now();
    Steady::time_point moved_at = started;
    std::uint64_t moved = bytes_moved(progress_);
    std::mutex mutex;
    std::condition_variable_any never;
    for (;;) {
        // Looks often enough to be late by a tenth of the limit at most.
        auto pause = std::chrono::microseconds(std::chrono::seconds(1));
        Steady::time_point deadline = Steady::time_point::max();
        if (limits_.timeout) {
            deadline = started + *limits_.timeout;
        }
        if (limits_.stall_timeout) {
            pause = std::min(pause, *limits_.stall_timeout / 10 + std::chrono::microseconds(1));
        }
        std::unique_lock lock(mutex);
        never.wait_until(lock, end, std::min(deadline, Steady::now() + pause),
                         [] { return false; });
        if (end.stop_requested()) {
            return;
        }
        const Steady::time_point now = Steady::now();
        if (now >= deadline) {
            return end_run(passed(
                fmt::format("took longer than run.timeout={}", format_duration(*limits_.timeout)),
                kTimeoutHint));
        }
        if (const std::uint64_t current = bytes_moved(progress_);
            current != moved || !expects_bytes_) {
            moved = current;
            moved_at = now;
        } else if (limits_.stall_timeout && now - moved_at >= *limits_.stall_timeout) {
            return end_run(passed(fmt::format("moved no byte for run.stall_timeout={}",
                                              format_duration(*limits_.stall_timeout)),
                                  kStallHint));
        }
    }
}

} // namespace intact::engine
