// Calls a function again and again from a thread of its own. Knows not what for.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace intact::cli {

class Ticker {
public:
    /// The first call is one interval from now; no call runs after the destructor.
    Ticker(std::chrono::milliseconds interval, std::function<void()> tick)
        : tick_(std::move(tick)), thread_([this, interval](const std::stop_token &end) {
              std::unique_lock lock(mutex_);
              while (!wake_.wait_for(lock, end, interval, [] { return false; }) &&
                     !end.stop_requested()) {
                  tick_or_miss();
              }
          }) {}

private:
    // A picture that is missed for want of memory is no reason to end what it shows.
    void tick_or_miss() noexcept {
        try {
            tick_();
        } catch (...) {
            return;
        }
    }

    std::function<void()> tick_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread thread_; ///< last: it ends before what it uses
};

} // namespace intact::cli
