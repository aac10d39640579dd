// How long threads work, without the time they wait for each other.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace intact::pipeline {

/// Adds its own lifetime to a meter in microseconds; null: to none.
class BusyTime {
public:
    explicit BusyTime(std::atomic<std::int64_t> *meter) : meter_(meter) {}
    ~BusyTime() {
        if (meter_ != nullptr) {
            const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
                std::chrono::steady_clock::now() - begun_);
            meter_->fetch_add(took.count(), std::memory_order_relaxed);
        }
    }
    BusyTime(const BusyTime &) = delete;
    BusyTime &operator=(const BusyTime &) = delete;

private:
    std::atomic<std::int64_t> *meter_;
    const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

} // namespace intact::pipeline
