// `intact recover` as a process of its own, since it may wait for a disk or a server.
#pragma once

#include "daemon/run_process.hpp"

namespace intact::daemon {

/// `intact recover JOB`: settles what this dead run of the job left. Ended when it takes longer
/// than a minute; then the job's next run does the same. Thread: that of the loop.
class Recovery {
public:
    static Result<std::unique_ptr<Recovery>> start(systemd::EventLoop &loop, const Program &program,
                                                   const std::string &job,
                                                   const std::string &run_id,
                                                   std::function<void()> on_end);
    Recovery(const Recovery &) = delete;
    Recovery &operator=(const Recovery &) = delete;

private:
    Recovery(os::Process process, std::function<void()> on_end)
        : process_(std::move(process)), on_end_(std::move(on_end)) {}
    void end();

    os::Process process_;
    std::function<void()> on_end_;
    systemd::Source on_exit_;
    systemd::Timer kill_;
};

} // namespace intact::daemon
