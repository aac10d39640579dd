#include "daemon/recovery.hpp"

#include "daemon/clocks.hpp"

#include <csignal>

namespace intact::daemon {
namespace {

constexpr std::chrono::microseconds kPatience = std::chrono::minutes(1);

} // namespace

Result<std::unique_ptr<Recovery>> Recovery::start(systemd::EventLoop &loop, const Program &program,
                                                  const std::string &job, const std::string &run_id,
                                                  std::function<void()> on_end) {
    INTACT_TRY_ASSIGN(os::Process process, os::Process::start(spawn_of(
                                               program, {"recover", "--dead-run=" + run_id, job})));
    std::unique_ptr<Recovery> recovery(new Recovery(std::move(process), std::move(on_end)));
    Recovery *self = recovery.get();
    INTACT_TRY_ASSIGN(recovery->on_exit_,
                      loop.on_readable(self->process_.pidfd(), [self] { self->end(); }));
    INTACT_TRY_ASSIGN(recovery->kill_, loop.timer(systemd::TimerClock::boot,
                                                  [self] { self->process_.send(SIGKILL); }));
    recovery->kill_.set(boot_time() + kPatience);
    return recovery;
}

void Recovery::end() {
    on_exit_ = {};
    const os::StopFd never{std::stop_token()};
    process_.wait(never);
    const auto on_end = on_end_;
    on_end();
}

} // namespace intact::daemon
