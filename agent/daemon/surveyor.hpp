// Has somebody look at the destinations now and then, for the metrics: another process, as a server
// that is gone may let it hang.
#pragma once

#include "daemon/run_process.hpp"
#include "os/process.hpp"
#include "systemd/event_loop.hpp"

#include <chrono>
#include <memory>
#include <optional>

namespace intact::daemon {

/// Thread: that of the loop.
class Surveyor {
public:
    /// Errors: io.
    static Result<std::unique_ptr<Surveyor>> make(systemd::EventLoop &loop, Program program);
    Surveyor(const Surveyor &) = delete;
    Surveyor &operator=(const Surveyor &) = delete;

    /// Now, and then after each `interval`; none: never. One look at a time: who hangs is let be.
    void look_every(std::optional<std::chrono::microseconds> interval);

private:
    Surveyor(systemd::EventLoop &loop, Program program);
    void look();
    void end();

    systemd::EventLoop &loop_;
    const Program program_;
    std::optional<std::chrono::microseconds> interval_;
    std::unique_ptr<os::Process> process_;
    systemd::Source on_exit_;
    systemd::Timer next_;
    systemd::Timer kill_;
};

} // namespace intact::daemon
