// Ends a run that takes too long or moves no byte. Knows no process and no file.
#pragma once

#include "base/error.hpp"
#include "config/job.hpp"
#include "engine/progress.hpp"

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

namespace intact::engine {

/// The one stop of a run: asked for from outside, by run.timeout= or by run.stall_timeout=.
class Watch {
public:
    Watch(const config::Limits &limits, const Progress &progress, const std::stop_token &outside);
    Watch(const Watch &) = delete;
    Watch &operator=(const Watch &) = delete;

    std::stop_token stop_token() const { return stop_.get_token(); }
    /// From now on bytes are to move: run.stall_timeout= counts. Before, a run may wait for others,
    /// which has a limit of its own.
    void expect_bytes() { expects_bytes_ = true; }
    /// No limit counts any more: the run has its outcome, and what still follows has its own.
    void rest();
    /// Which limit ended the run, and in which step (code timed_out); nothing when none did. A
    /// watch that cannot be kept ends the run as well: its limits were asked for.
    std::optional<Error> verdict() const;

private:
    void watch(const std::stop_token &end);
    Error passed(std::string_view what, std::string_view hint) const;
    void end_run(Error verdict);

    const config::Limits limits_;
    const Progress &progress_;
    std::atomic<bool> expects_bytes_ = false;
    std::stop_source stop_;
    mutable std::mutex mutex_;
    std::optional<Error> verdict_;
    std::stop_callback<std::function<void()>> outside_;
    std::jthread thread_; ///< last: it ends before what it uses
};

} // namespace intact::engine
