// Ends a run that takes too long or moves no byte. Knows no process and no file.
#pragma once

#include "config/job.hpp"
#include "engine/progress.hpp"

#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace intact::engine {

/// The one stop of a run: asked for from outside, by run.timeout= or by run.stall_timeout=.
class Watch {
public:
    Watch(const config::Limits &limits, const Progress &progress, const std::stop_token &outside);
    Watch(const Watch &) = delete;
    Watch &operator=(const Watch &) = delete;

    std::stop_token stop_token() const { return stop_.get_token(); }
    /// Which limit ended the run; nothing when none did.
    std::optional<std::string> verdict() const;

private:
    void watch(const std::stop_token &end);
    void end_run(std::string verdict);

    const config::Limits limits_;
    const Progress &progress_;
    std::stop_source stop_;
    mutable std::mutex mutex_;
    std::optional<std::string> verdict_;
    std::stop_callback<std::function<void()>> outside_;
    std::jthread thread_; ///< last: it ends before what it uses
};

} // namespace intact::engine
