// One run as a process of its own: started, watched, stopped when it does not stop by itself.
#pragma once

#include "base/rate.hpp"
#include "config/config.hpp"
#include "daemon/report.hpp"
#include "os/process.hpp"
#include "systemd/event_loop.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace intact::daemon {

/// The program that does the work, and where it finds what it needs.
struct Program {
    std::string path;
    std::vector<std::string> options; ///< --config-dir and --state-dir, as the daemon got them
};

struct RunOrder {
    std::string job;
    std::string run_id;
    config::Snapshot snapshot;
    config::Limits limits;
    config::Priority priority;
    bool checks_conditions = false;
};

/// Of our own programs: what a command finds everywhere, and what tells where our files lie.
std::map<std::string, std::string> environment_of_runs();
/// The program with the daemon's own options and these words; its output goes where ours does.
os::Spawn spawn_of(const Program &program, const std::vector<std::string> &words);

/// How a run ended, by its report and by what became of its process: one that crashed, was killed
/// or told something else has failed, whatever it reported.
RunResult judge(const Report &report, const os::ExitStatus &status, const std::string &stopped_for);

/// Thread: that of the loop.
class RunProcess {
public:
    struct Watcher {
        std::function<void()> on_progress;
        /// The process is gone; it may be forgotten from within.
        std::function<void(const RunResult &)> on_end;
    };
    /// Errors: those of os::Process::start().
    static Result<std::unique_ptr<RunProcess>>
    start(systemd::EventLoop &loop, const Program &program, const RunOrder &order, Watcher watcher);
    ~RunProcess();
    RunProcess(const RunProcess &) = delete;
    RunProcess &operator=(const RunProcess &) = delete;

    /// SIGTERM to the run, then SIGKILL to whatever of it is left.
    void stop();
    const RunOrder &order() const { return order_; }
    const Report &report() const { return report_; }
    /// Of what it reads, over the last seconds.
    double bytes_per_second() const { return rate_.bytes_per_second(); }
    pid_t pid() const { return process_.pid(); }

private:
    RunProcess(os::Process process, os::UniqueFd report, RunOrder order, Watcher watcher);
    Result<> attend(systemd::EventLoop &loop);
    void read_report();
    void end();
    void watch_limits();
    void overdue(const std::string &limit);

    os::Process process_;
    os::UniqueFd report_fd_;
    RunOrder order_;
    Watcher watcher_;
    Report report_;
    RateMeter rate_;
    RunProgress moved_;       ///< when it last moved
    std::string stopped_for_; ///< the limit that the run itself did not keep
    bool is_stopping_ = false;
    systemd::Source on_report_;
    systemd::Source on_exit_;
    systemd::Timer deadline_;
    systemd::Timer stall_;
    systemd::Timer kill_;
};

} // namespace intact::daemon
