#include "daemon/surveyor.hpp"

#include "base/log.hpp"
#include "daemon/clocks.hpp"

#include <csignal>

namespace intact::daemon {
namespace {

/// It gives up by itself on a mount that does not answer; what cannot even do that is killed.
constexpr std::chrono::microseconds kLongestLook = std::chrono::minutes(2);

} // namespace

Surveyor::Surveyor(systemd::EventLoop &loop, Program program)
    : loop_(loop), program_(std::move(program)) {}

Result<std::unique_ptr<Surveyor>> Surveyor::make(systemd::EventLoop &loop, Program program) {
    std::unique_ptr<Surveyor> surveyor(new Surveyor(loop, std::move(program)));
    Surveyor *self = surveyor.get();
    using systemd::TimerClock;
    INTACT_TRY_ASSIGN(self->next_, loop.timer(TimerClock::boot, [self] { self->look(); }));
    INTACT_TRY_ASSIGN(self->kill_, loop.timer(TimerClock::boot, [self] {
        if (self->process_) {
            self->process_->send(SIGKILL);
        }
    }));
    return surveyor;
}

void Surveyor::look_every(std::optional<std::chrono::microseconds> interval) {
    interval_ = interval;
    next_.clear();
    if (interval_) {
        look();
    }
}

void Surveyor::look() {
    next_.set(boot_time() + *interval_);
    if (process_) {
        return;
    }
    auto process = os::Process::start(spawn_of(program_, {"catalog", "survey", "--quiet"}));
    if (!process) {
        log::warning("look at the destinations: " + process.error().message());
        return;
    }
    process_ = std::make_unique<os::Process>(*std::move(process));
    auto on_exit = loop_.on_readable(process_->pidfd(), [this] { end(); });
    if (!on_exit) {
        log::warning(on_exit.error().message());
        process_.reset();
        return;
    }
    on_exit_ = *std::move(on_exit);
    kill_.set(boot_time() + kLongestLook);
}

void Surveyor::end() {
    on_exit_ = {};
    kill_.clear();
    const os::StopFd never{std::stop_token()};
    process_->wait(never);
    process_.reset();
}

} // namespace intact::daemon
