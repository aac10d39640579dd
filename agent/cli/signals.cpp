#include "cli/signals.hpp"

#include "os/stop_fd.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace intact::cli {
namespace {

bool is_ignored(int signal) {
    struct sigaction action{};
    return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

// The default action, with the exit status that tells the caller of the signal.
void die_of(int signal) {
    std::signal(signal, SIG_DFL);
    sigset_t only{};
    sigemptyset(&only);
    sigaddset(&only, signal);
    pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
    kill(getpid(), signal);
}

} // namespace

StopSignals::StopSignals() {
    sigemptyset(&taken_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        if (!is_ignored(signal)) {
            sigaddset(&taken_, signal);
        }
    }
    pthread_sigmask(SIG_BLOCK, &taken_, &before_);
    signals_.reset(signalfd(-1, &taken_, SFD_CLOEXEC | SFD_NONBLOCK));
    thread_ = std::jthread([this](const std::stop_token &end) { listen(end); });
}

StopSignals::~StopSignals() {
    thread_.request_stop();
    thread_.join();
    // What came too late to stop anything must not make finished work look killed.
    signalfd_siginfo late{};
    while (read(signals_.get(), &late, sizeof late) == sizeof late) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void StopSignals::listen(const std::stop_token &end) {
    const os::StopFd end_fd(end);
    while (os::wait_for(signals_.get(), POLLIN, end_fd) == os::Wait::ready) {
        signalfd_siginfo info{};
        if (read(signals_.get(), &info, sizeof info) != sizeof info) {
            continue;
        }
        if (!stop_.request_stop()) {
            die_of(static_cast<int>(info.ssi_signo));
        }
    }
}

} // namespace intact::cli
