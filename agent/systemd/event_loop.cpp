#include "systemd/event_loop.hpp"

#include <array>
#include <csignal>
#include <sys/epoll.h>
#include <systemd/sd-event.h>

namespace intact::systemd {
namespace {

constexpr std::uint64_t kAccuracy = 50'000; // microseconds
constexpr std::array kSignals{SIGTERM, SIGINT, SIGHUP, SIGUSR1};

Error loop_error(int result, std::string_view what) {
    return Error::from_errno(-result, what).within("event loop");
}

} // namespace

struct Source::Impl {
    sd_event_source *source = nullptr;
    std::function<void()> callback;

    ~Impl() { sd_event_source_disable_unref(source); }

    // The callback may end its own source: it runs from a copy.
    static void call(void *userdata) {
        const std::function<void()> callback = static_cast<Impl *>(userdata)->callback;
        callback();
    }
};

struct EventLoop::Impl {
    sd_event *event = nullptr;

    ~Impl() { sd_event_unref(event); }
};

Source::Source() = default;
Source::Source(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Source::~Source() = default;
Source::Source(Source &&) noexcept = default;
Source &Source::operator=(Source &&) noexcept = default;

void Timer::set(std::chrono::microseconds at) {
    sd_event_source *source = source_.impl_->source;
    sd_event_source_set_time(source,
                             static_cast<std::uint64_t>(std::max<std::int64_t>(at.count(), 1)));
    sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

void Timer::clear() {
    sd_event_source_set_enabled(source_.impl_->source, SD_EVENT_OFF);
}

EventLoop::EventLoop(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EventLoop::~EventLoop() = default;

sd_event *EventLoop::handle() const {
    return impl_->event;
}

Result<std::unique_ptr<EventLoop>> EventLoop::make() {
    sigset_t taken;
    sigemptyset(&taken);
    for (const int signal : kSignals) {
        sigaddset(&taken, signal);
    }
    pthread_sigmask(SIG_BLOCK, &taken, nullptr);
    auto impl = std::make_unique<Impl>();
    if (const int result = sd_event_default(&impl->event); result < 0) {
        return fail(loop_error(result, "make it"));
    }
    return std::unique_ptr<EventLoop>(new EventLoop(std::move(impl)));
}

Result<Source> EventLoop::on_readable(int fd, std::function<void()> callback) {
    auto source = std::make_unique<Source::Impl>();
    source->callback = std::move(callback);
    const int result = sd_event_add_io(
        impl_->event, &source->source, fd, EPOLLIN,
        [](sd_event_source *, int, std::uint32_t, void *userdata) {
            Source::Impl::call(userdata);
            return 0;
        },
        source.get());
    if (result < 0) {
        return fail(loop_error(result, "wait for a descriptor"));
    }
    return Source(std::move(source));
}

Result<Source> EventLoop::on_signal(int signal, std::function<void()> callback) {
    auto source = std::make_unique<Source::Impl>();
    source->callback = std::move(callback);
    const int result = sd_event_add_signal(
        impl_->event, &source->source, signal,
        [](sd_event_source *, const signalfd_siginfo *, void *userdata) {
            Source::Impl::call(userdata);
            return 0;
        },
        source.get());
    if (result < 0) {
        return fail(loop_error(result, "wait for a signal"));
    }
    return Source(std::move(source));
}

Result<Timer> EventLoop::timer(TimerClock clock, std::function<void()> callback) {
    auto source = std::make_unique<Source::Impl>();
    source->callback = std::move(callback);
    const int result = sd_event_add_time(
        impl_->event, &source->source, clock == TimerClock::wall ? CLOCK_REALTIME : CLOCK_BOOTTIME,
        UINT64_MAX, kAccuracy,
        [](sd_event_source *, std::uint64_t, void *userdata) {
            Source::Impl::call(userdata);
            return 0;
        },
        source.get());
    if (result < 0) {
        return fail(loop_error(result, "make a timer"));
    }
    return Timer(Source(std::move(source)));
}

Result<Source> EventLoop::soon(std::function<void()> callback) {
    auto source = std::make_unique<Source::Impl>();
    source->callback = std::move(callback);
    const int result = sd_event_add_defer(
        impl_->event, &source->source,
        [](sd_event_source *, void *userdata) {
            Source::Impl::call(userdata);
            return 0;
        },
        source.get());
    if (result < 0) {
        return fail(loop_error(result, "put something off"));
    }
    return Source(std::move(source));
}

Result<bool> EventLoop::answer_watchdog() {
    const int result = sd_event_set_watchdog(impl_->event, 1);
    if (result < 0) {
        return fail(loop_error(result, "answer the watchdog"));
    }
    return result > 0;
}

Result<int> EventLoop::run() {
    const int result = sd_event_loop(impl_->event);
    if (result < 0) {
        return fail(loop_error(result, "run it"));
    }
    return result;
}

void EventLoop::stop(int exit_code) {
    sd_event_exit(impl_->event, exit_code);
}

} // namespace intact::systemd
