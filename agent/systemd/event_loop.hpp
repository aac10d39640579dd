// The one loop of a daemon: descriptors, signals and timers call back on its thread.
// Source: sd_event(3) and the pages it names.
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

struct sd_event;

namespace intact::systemd {

/// Something that the loop waits for; its end takes it out of the loop. May end within its own
/// callback.
class Source {
public:
    Source();
    ~Source();
    Source(Source &&) noexcept;
    Source &operator=(Source &&) noexcept;
    explicit operator bool() const { return impl_ != nullptr; }

private:
    friend class EventLoop;
    friend class Timer;
    struct Impl;
    explicit Source(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

enum class TimerClock {
    wall, ///< CLOCK_REALTIME
    boot, ///< CLOCK_BOOTTIME
};

/// Calls back once for each time that it is set.
class Timer {
public:
    Timer() = default;
    /// At that time of its clock, or at once when it has passed; within 50 ms.
    void set(std::chrono::microseconds at);
    void clear();

private:
    friend class EventLoop;
    explicit Timer(Source source) : source_(std::move(source)) {}
    Source source_;
};

/// Thread: one, which runs it and from which all is called. What a callback throws ends the
/// program.
class EventLoop {
public:
    /// Blocks the signals that on_signal() may be asked for: before any other thread exists.
    static Result<std::unique_ptr<EventLoop>> make();
    ~EventLoop();
    EventLoop(const EventLoop &) = delete;
    EventLoop &operator=(const EventLoop &) = delete;

    Result<Source> on_readable(int fd, std::function<void()> callback);
    /// Of SIGTERM, SIGINT, SIGHUP, SIGUSR1.
    Result<Source> on_signal(int signal, std::function<void()> callback);
    Result<Timer> timer(TimerClock clock, std::function<void()> callback);
    /// Once, when all that is ready now has been served.
    Result<Source> soon(std::function<void()> callback);
    /// Tells the service manager that the loop goes round, when that wants to know
    /// ($WATCHDOG_USEC). Returns whether it does.
    Result<bool> answer_watchdog();

    /// Until stop(); returns what that was given.
    Result<int> run();
    void stop(int exit_code);

private:
    friend class Bus;
    sd_event *handle() const;
    struct Impl;
    explicit EventLoop(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace intact::systemd
