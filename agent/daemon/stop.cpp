// How the daemon ends: no run begins, those that are on may end in their grace time.
#include "daemon/clocks.hpp"
#include "daemon/daemon.hpp"
#include "daemon/event_log.hpp"
#include "systemd/notify.hpp"

namespace intact::daemon {
namespace {

using std::chrono::microseconds;

constexpr microseconds kExtendEvery = std::chrono::seconds(10);
constexpr microseconds kExtendBy = std::chrono::seconds(40); ///< more than a stopped run's grace

} // namespace

void Daemon::stop() {
    if (is_stopping_) {
        stop_runs();
        return;
    }
    is_stopping_ = true;
    log_stopping(runs_.size(), settings_.shutdown_grace);
    systemd::notify_stopping("stopping");
    if (!scheduler_) {
        recoveries_.clear();
        loop_.stop(0);
        return;
    }
    scheduler_->drain();
    surveyor_->look_every(std::nullopt);
    waiting_.clear(); // their slots are due at the next start
    ask_for_time();
    grace_timer_.set(boot_time() + settings_.shutdown_grace);
    pump();
}

void Daemon::ask_for_time() {
    systemd::extend_timeout(kExtendBy);
    extend_timer_.set(boot_time() + kExtendEvery);
}

void Daemon::stop_runs() {
    is_stopping_runs_ = true;
    for (const auto &[job, run] : runs_) {
        run->stop();
    }
    stop_when_idle();
}

void Daemon::stop_when_idle() {
    if (is_stopping_ && runs_.empty() && (recoveries_.empty() || is_stopping_runs_)) {
        loop_.stop(0);
    }
}

} // namespace intact::daemon
