// The first signal asks, the second one ends.
#include "cli/signals.hpp"

#include "os/stop_fd.hpp"

#include <functional>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace intact::cli {
namespace {

/// In a process of its own, which is single-threaded at its start; returns its wait status.
int in_child(const std::function<int()> &action) {
    const pid_t child = fork();
    if (child == 0) {
        _exit(action());
    }
    int status = 0;
    waitpid(child, &status, 0);
    return status;
}

void wait_for_stop(const StopSignals &signals) {
    const os::StopFd stopped(signals.token());
    pollfd wait{stopped.fd(), POLLIN, 0};
    while (poll(&wait, 1, -1) < 0) {
    }
}

TEST(StopSignalsTest, the_first_signal_requests_the_stop) {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        const int status = in_child([signal] {
            std::signal(signal, SIG_DFL);
            const StopSignals signals;
            kill(getpid(), signal);
            wait_for_stop(signals);
            return 42;
        });
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 42) << signal;
    }
}

TEST(StopSignalsTest, the_second_signal_ends_the_process_by_its_default_action) {
    const int status = in_child([] {
        const StopSignals signals;
        kill(getpid(), SIGTERM);
        wait_for_stop(signals);
        kill(getpid(), SIGTERM);
        for (;;) {
            pause();
        }
        return 0;
    });
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

TEST(StopSignalsTest, what_the_caller_ignored_stays_ignored) {
    const int status = in_child([] {
        std::signal(SIGHUP, SIG_IGN);
        const StopSignals signals;
        kill(getpid(), SIGHUP);
        kill(getpid(), SIGTERM);
        wait_for_stop(signals);
        kill(getpid(), SIGHUP); // would be the second
        return 42;
    });
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 42);
}

TEST(StopSignalsTest, the_mask_is_as_before_afterwards) {
    sigset_t before{};
    pthread_sigmask(SIG_BLOCK, nullptr, &before);
    {
        const StopSignals signals;
    }
    sigset_t after{};
    pthread_sigmask(SIG_BLOCK, nullptr, &after);
    EXPECT_EQ(sigismember(&before, SIGTERM), sigismember(&after, SIGTERM));
}

} // namespace
} // namespace intact::cli
