// Work on a thread of its own that is stopped with what it belongs to, or alone.
#pragma once

#include "base/caught.hpp"
#include "base/error.hpp"

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace intact {

/// Runs `work` at once. Its token is stopped when `with` is, by stop(), and by the destructor,
/// which waits for its end. What it throws is its error, met while doing `what`.
template <typename T>
class StoppableTask {
public:
    using Work = std::function<Result<T>(const std::stop_token &)>;

    StoppableTask(std::string what, const std::stop_token &with, Work work)
        : what_(std::move(what)), work_(std::move(work)), with_(with, Stop{&stop_}),
          thread_([this] { run(); }) {}
    ~StoppableTask() { stop(); }
    StoppableTask(const StoppableTask &) = delete;
    StoppableTask &operator=(const StoppableTask &) = delete;

    void stop() { stop_.request_stop(); }
    /// Waits for its end; once.
    Result<T> finish() {
        thread_.join();
        return *std::move(result_);
    }

private:
    struct Stop {
        std::stop_source *source;
        void operator()() const { source->request_stop(); }
    };
    void run() {
        try {
            result_ = work_(stop_.get_token());
        } catch (...) {
            result_ = fail(caught(what_));
        }
    }

    std::string what_;
    Work work_;
    std::stop_source stop_;
    std::stop_callback<Stop> with_;
    std::optional<Result<T>> result_; ///< the thread's until it is joined
    std::jthread thread_;             ///< last: it ends before what it uses
};

} // namespace intact
