// What the daemon tells Prometheus: puts together what the catalog, the scheduler and the runs know
// of each job, and has it served and written to the textfile.
#pragma once

#include "config/config.hpp"
#include "daemon/facts_watch.hpp"
#include "daemon/textfile_writer.hpp"
#include "metrics/agent_metrics.hpp"
#include "metrics/deadline.hpp"
#include "metrics/http_server.hpp"
#include "metrics/job_sample.hpp"
#include "scheduler/scheduler.hpp"
#include "systemd/event_loop.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace intact::daemon {

/// What a job's file says, as far as metrics need it.
struct MeasuredJob {
    std::shared_ptr<const metrics::JobTraits> traits;
    metrics::Allowance allowance;
};

/// What only the daemon knows of a job now.
struct LiveJob {
    scheduler::JobView view;
    metrics::RunProgress progress;
    std::string last_run; ///< of those that the daemon saw end; empty: none
    metrics::JobSample::UnrecordedEnd last_end;
};

/// Thread: that of the loop.
class Metrics {
public:
    struct Sources {
        std::function<metrics::AgentSample()> agent;
        std::function<std::vector<LiveJob>()> jobs;
        std::function<bool()> is_ready; ///< there is something to tell of the jobs
    };
    /// Before any other process is made.
    Metrics(systemd::EventLoop &loop, Sources sources);
    Metrics(const Metrics &) = delete;
    Metrics &operator=(const Metrics &) = delete;

    /// Listens, or goes on as before: the daemon does its work without. What cannot be had is told
    /// in the log.
    void configure(const config::MetricsSettings &settings, std::vector<MeasuredJob> jobs);
    /// What the catalog tells: at first here, later by itself. Errors: io.
    Result<> follow(const std::string &state_dir, catalog::FactsSince facts);
    /// The daemon itself has written to the catalog.
    void look();
    /// Something is others than before: the textfile follows, after a while.
    void touch();

private:
    using Facts = std::shared_ptr<const catalog::JobFacts>;
    struct Job {
        MeasuredJob measured;
        // The deadline, and what it was worked out from.
        std::optional<WallTime> deadline{};
        Facts facts{};
        std::string schedule{}; ///< its identity
    };

    void listen();
    void learn(std::map<std::string, catalog::JobFacts> facts);
    void take_news();
    void write_textfile();
    metrics::Answer answer(const metrics::Request &request);
    metrics::Answer page();
    metrics::Answer scrape(const std::string &accept);
    metrics::AgentSample agent_sample() const;
    std::vector<metrics::JobSample> samples();
    metrics::JobSample sample_of(Job &job, const LiveJob *live);
    std::optional<WallTime> deadline_of(Job &job, const scheduler::Schedule &schedule,
                                        const Facts &facts) const;

    systemd::EventLoop &loop_;
    const Sources sources_;
    const std::vector<int> activated_; ///< sockets that the service manager listens on for us
    const std::string host_;
    metrics::AgentMetrics agent_;
    config::MetricsSettings settings_;
    std::map<std::string, Job> jobs_;
    /// Also of jobs that are not configured: they may come back.
    std::map<std::string, Facts> facts_;
    const Facts no_facts_ = std::make_shared<const catalog::JobFacts>();
    std::unique_ptr<metrics::HttpServer> server_;
    std::unique_ptr<FactsWatch> watch_;
    std::unique_ptr<TextfileWriter> textfile_;
    systemd::Source on_news_;
    systemd::Timer textfile_timer_;
};

} // namespace intact::daemon
