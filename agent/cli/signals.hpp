// SIGINT, SIGTERM and SIGHUP as a stop request. Knows not what is stopped.
#pragma once

#include "cli/output.hpp"
#include "os/unique_fd.hpp"

#include <csignal>
#include <stop_token>
#include <thread>

namespace intact::cli {

/// While it lives, the first of these signals requests the stop; a second one ends the process at
/// once, the way it would have without this. Signals that the caller had ignored (nohup) stay
/// ignored. Thread: made before any other thread, so that all inherit the mask; the source of a run
/// puts it back in its children. The stop also ends the waits of what is printed.
class StopSignals {
public:
    StopSignals();
    ~StopSignals();
    StopSignals(const StopSignals &) = delete;
    StopSignals &operator=(const StopSignals &) = delete;

    std::stop_token token() const { return stop_.get_token(); }

private:
    void listen(const std::stop_token &end);

    sigset_t taken_{};
    sigset_t before_{};
    os::UniqueFd signals_;
    std::stop_source stop_;
    const OutputStop output_stop_{stop_.get_token()};
    std::jthread thread_; ///< last: it ends before what it uses
};

} // namespace intact::cli
