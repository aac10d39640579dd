// A queue between two threads that holds back the faster one. Knows nothing of what it carries.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace intact::pipeline {

/// Every wait ends when the stop is requested. Thread: any number on either side.
template <typename T>
class BoundedQueue {
public:
    BoundedQueue(std::size_t capacity, std::stop_token stop)
        : capacity_(capacity), stop_(std::move(stop)) {}

    /// False when stopped: the item is dropped.
    bool push(T item) {
        std::unique_lock lock(mutex_);
        if (!changed_.wait(lock, stop_, [&] { return items_.size() < capacity_; })) {
            return false;
        }
        items_.push_back(std::move(item));
        changed_.notify_all();
        return true;
    }

    /// Nothing when stopped, or closed and empty.
    std::optional<T> pop() {
        std::unique_lock lock(mutex_);
        if (!changed_.wait(lock, stop_, [&] { return !items_.empty() || closed_; }) ||
            items_.empty()) {
            return std::nullopt;
        }
        std::optional<T> item(std::move(items_.front()));
        items_.pop_front();
        changed_.notify_all();
        return item;
    }

    /// No more items will come.
    void close() {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        changed_.notify_all();
    }

private:
    const std::size_t capacity_;
    const std::stop_token stop_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<T> items_;
    bool closed_ = false;
};

} // namespace intact::pipeline
