// A parser that is written as if it could read, and fed as the bytes come: a coroutine that waits
// for each field. Knows no format.
#pragma once

#include "base/error.hpp"

#include <array>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <utility>

namespace intact::formats {

/// The coroutine: co_returns a Result<> when the format's last byte has come, or at what is wrong.
class Walk {
public:
    struct promise_type {
        Result<> result;

        Walk get_return_object() {
            return Walk(std::coroutine_handle<promise_type>::from_promise(*this));
        }
        std::suspend_always initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_value(Result<> value) { result = std::move(value); }
        [[noreturn]] void unhandled_exception() { throw; }
    };

    explicit Walk(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
    Walk(Walk &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Walk(const Walk &) = delete;
    Walk &operator=(const Walk &) = delete;
    ~Walk() {
        if (handle_) {
            handle_.destroy();
        }
    }

    void resume() const { handle_.resume(); }
    bool done() const { return handle_.done(); }
    const Result<> &result() const { return handle_.promise().result; }

private:
    std::coroutine_handle<promise_type> handle_;
};

/// What a walk waits on. Thread: that of feed().
class WalkedBytes {
public:
    static constexpr std::size_t kLongestField = 64;
    using Watch = std::function<void(std::span<const std::byte>)>;

    /// co_await gives the field's bytes, valid until the next wait. `what` names it in messages and
    /// outlives the wait; count is from 1 to kLongestField.
    auto take(std::size_t count, std::string_view what) {
        begin(count, what, nullptr);
        return Field{*this};
    }
    /// co_await passes over so many bytes, shown to `watch` piece by piece if there is one.
    auto skip(std::uint64_t count, std::string_view what, const Watch *watch = nullptr) {
        begin(count, what, watch);
        is_skip_ = true;
        return Passed{*this};
    }
    /// co_await gives whether one more byte comes: here the stream may end.
    auto more(std::string_view what) {
        begin(1, what, nullptr);
        is_peek_ = true;
        return More{*this};
    }

    /// Of what was asked for last.
    std::uint64_t position() const { return position_; }
    /// Of the first byte that nobody has taken.
    std::uint64_t next() const { return next_; }
    std::string_view what() const { return what_; }
    std::uint64_t missing() const { return left_; }
    bool may_end() const { return is_peek_; }

    /// The driver's: more bytes; takes what is waited for, true when that is complete; none will
    /// come any more.
    void give(std::span<const std::byte> bytes) { input_ = bytes; }
    bool advance();
    bool has_input() const { return !input_.empty(); }
    void end() { ended_ = true; }

private:
    struct Wait {
        WalkedBytes &bytes;
        bool await_ready() const { return bytes.advance(); }
        void await_suspend(std::coroutine_handle<>) const {}
    };
    struct Field : Wait {
        std::span<const std::byte> await_resume() const {
            return std::span(bytes.field_).first(bytes.field_bytes_);
        }
    };
    struct Passed : Wait {
        void await_resume() const {}
    };
    struct More : Wait {
        bool await_resume() const { return !bytes.ended_; }
    };

    void begin(std::uint64_t count, std::string_view what, const Watch *watch) {
        position_ = next_;
        left_ = count;
        what_ = what;
        watch_ = watch;
        field_bytes_ = 0;
        is_skip_ = false;
        is_peek_ = false;
    }

    std::span<const std::byte> input_;
    std::array<std::byte, kLongestField> field_{};
    std::size_t field_bytes_ = 0;
    std::uint64_t next_ = 0; ///< offset of the first byte not taken yet
    std::uint64_t position_ = 0;
    std::uint64_t left_ = 0;
    std::string_view what_;
    const Watch *watch_ = nullptr;
    bool is_skip_ = false;
    bool is_peek_ = false;
    bool ended_ = false;
};

/// Feeds a walk and words what it lacks at the end.
class WalkDriver {
public:
    WalkDriver(std::string_view format, WalkedBytes &bytes, Walk walk)
        : format_(format), bytes_(bytes), walk_(std::move(walk)) {}

    Result<> feed(std::span<const std::byte> bytes);
    Result<> finish();

private:
    const std::string_view format_;
    WalkedBytes &bytes_;
    Walk walk_;
    bool started_ = false;
};

} // namespace intact::formats
