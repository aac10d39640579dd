// The daemon: reads the jobs, has them run at their times, stops and reloads as a service should.
// Nothing here waits for a disk, a server or another process.
#pragma once

#include "config/config.hpp"
#include "control/agent.hpp"
#include "daemon/clock_change.hpp"
#include "daemon/clock_sync.hpp"
#include "daemon/control_bus.hpp"
#include "daemon/job_states.hpp"
#include "daemon/ledger_writer.hpp"
#include "daemon/metrics.hpp"
#include "daemon/recovery.hpp"
#include "daemon/run_process.hpp"
#include "daemon/surveyor.hpp"
#include "os/lock_file.hpp"
#include "scheduler/plans.hpp"
#include "scheduler/scheduler.hpp"
#include "systemd/event_loop.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace intact::daemon {

struct Options {
    std::string config_dir; ///< as given; empty: not
    std::string state_dir;
    std::optional<systemd::BusKind> bus; ///< none: nobody can ask for anything
};

/// Thread: that of the loop, which outlives it.
class Daemon final : public control::Agent {
public:
    Daemon(systemd::EventLoop &loop, Options options, Program program);
    ~Daemon() override;
    Daemon(const Daemon &) = delete;
    Daemon &operator=(const Daemon &) = delete;

    /// Everything up to READY=1, some of it later from within the loop.
    /// Errors: config_invalid when intact.toml is; locked when another daemon has this state
    /// directory; unreachable; catalog_failed; io.
    Result<> start();
    /// SIGTERM, SIGINT: the first lets runs end in their grace time, the second stops them.
    void stop();
    /// SIGUSR1: what is on, and what comes next, to the log.
    void log_state() const;

    control::AgentState state() const override;
    Result<control::JobState> job(const std::string &job) const override;
    std::vector<control::JobState> jobs() const override;
    Result<> run_now(const std::string &job) override;
    Result<control::Cancelling> cancel(const std::string &job) override;
    void pause(const std::string &job, std::optional<WallTime> until, Answer answer) override;
    void resume(const std::string &job, Answer answer) override;
    Result<control::ReloadResult> load_again() override;
    void accept_clock(Answer answer) override;

private:
    struct JobFile {
        config::FileText text;
        config::Limits limits;
        config::Priority priority;
        MeasuredJob measured;
    };
    /// What is kept of the jobs' files.
    struct JobSet {
        std::map<std::string, JobFile> jobs;
        std::vector<scheduler::Plan> plans;
    };

    Result<> prepare();
    Result<> lock_state();
    Result<> join_bus();
    Result<> open_catalog();
    config::Configuration read_configuration(JobSet &into) const;
    void take(config::Configuration configuration, JobSet read);
    void settle_dead_runs();
    Result<> begin_scheduling();
    void fail_to_start(const Error &error);

    void pump();
    void begin_what_is_durable();
    void answer_what_is_durable();
    control::Service *service() const { return control_ ? control_->service() : nullptr; }
    void tell(const std::set<std::string> &touched);
    control::JobState state_of(const scheduler::JobView &view) const;
    void answer_when_durable(Answer answer);
    void begin(const scheduler::Start &start);
    void run_ended(const std::string &job, const RunResult &result);
    metrics::AgentSample agent_sample();
    std::vector<LiveJob> live_jobs() const;
    std::vector<MeasuredJob> measured_jobs() const;
    void make_sure_of_row(const std::string &job, const std::string &run_id,
                          const RunResult &result, const std::string &stage);
    void note(const std::string &job, const std::string &run_id, const RunResult &result);
    void tell_scheduler(const std::string &job, const RunResult &result);
    void arm_timers();
    void zone_changed();
    void say_status();
    void ask_for_time();
    void stop_when_idle();
    void stop_runs();

    systemd::EventLoop &loop_;
    const Options options_;
    const Program program_;
    config::Places places_;
    scheduler::HostFacts host_;
    std::optional<config::FileText> main_;
    config::DaemonSettings settings_;
    std::map<std::string, JobFile> jobs_;
    std::vector<scheduler::Plan> plans_;        ///< of these, until the scheduler has them
    std::set<std::string> broken_;              ///< jobs whose files cannot be used
    WallTime loaded_{};                         ///< when they were read
    bool is_configuration_good_ = true;         ///< of the last reading, taken or not
    std::optional<os::LockFile> lock_;          ///< of the state directory
    std::unique_ptr<ControlBus> control_;       ///< none: not wanted
    std::unique_ptr<catalog::Catalog> catalog_; ///< until the ledger has it
    std::unique_ptr<LedgerWriter> ledger_;
    std::unique_ptr<scheduler::Scheduler> scheduler_;
    std::map<std::string, std::unique_ptr<Recovery>> recoveries_; ///< by job
    std::map<std::string, std::unique_ptr<RunProcess>> runs_;     ///< by job
    std::map<std::string, LastRuns> last_runs_;                   ///< by job
    ClockSync clock_sync_;
    Metrics metrics_;
    std::unique_ptr<Surveyor> surveyor_;
    std::uint64_t submitted_ = 0; ///< the ledger's number of the latest changes
    struct Waiting {
        std::uint64_t ledger; ///< begins when that much of the ledger is durable
        scheduler::Start start;
    };
    std::deque<Waiting> waiting_;
    std::deque<std::pair<std::uint64_t, Answer>> answers_; ///< due when that much is durable
    std::string status_;
    bool is_ready_ = false;
    bool is_stopping_ = false;
    bool is_stopping_runs_ = false;
    bool was_held_ = false;
    std::optional<std::string> ledger_trouble_;
    std::unique_ptr<ClockChange> clock_change_;
    systemd::Source on_ledger_;
    systemd::Source on_terminate_;
    systemd::Source on_interrupt_;
    systemd::Source on_hangup_;
    systemd::Source on_user_;
    systemd::Timer wall_timer_;
    systemd::Timer boot_timer_;
    systemd::Timer grace_timer_;
    systemd::Timer extend_timer_;
};

} // namespace intact::daemon
