#include "metrics/offline.hpp"

#include "catalog/catalog.hpp"
#include "metrics/agent_metrics.hpp"
#include "metrics/deadline.hpp"
#include "metrics/job_sample.hpp"
#include "metrics/scrape.hpp"
#include "scheduler/delay.hpp"
#include "scheduler/plans.hpp"

namespace intact::metrics {
namespace {

using std::chrono::microseconds;

struct Known {
    catalog::FactsSince facts;
    catalog::Ledger ledger;
};

Result<Known> read_catalog(const std::string &state_dir) {
    Known known;
    INTACT_TRY_ASSIGN(const bool is_there, catalog::Catalog::exists(state_dir));
    if (is_there) {
        INTACT_TRY_ASSIGN(const auto catalog, catalog::Catalog::open(state_dir));
        INTACT_TRY(catalog->count_runs(""));
        INTACT_TRY_ASSIGN(known.facts, catalog->facts(0));
        INTACT_TRY_ASSIGN(known.ledger, catalog->ledger());
    }
    return known;
}

bool is_paused(const catalog::Ledger &ledger, const std::string &job, WallTime now) {
    const auto pause = ledger.pauses.find(job);
    return pause != ledger.pauses.end() && (!pause->second || *pause->second > now);
}

std::shared_ptr<const catalog::JobFacts> facts_of(const Known &known, const std::string &job) {
    const auto found = known.facts.jobs.find(job);
    return std::make_shared<const catalog::JobFacts>(
        found == known.facts.jobs.end() ? catalog::JobFacts() : found->second);
}

JobSample sample_of(const config::Job &job, const Known &known, const scheduler::HostFacts &host,
                    WallTime now) {
    JobSample sample;
    sample.traits = std::make_shared<const JobTraits>(traits_of(job));
    sample.facts = facts_of(known, job.name);
    sample.is_enabled = job.enabled;
    sample.is_paused = is_paused(known.ledger, "", now) || is_paused(known.ledger, job.name, now);
    const scheduler::Plan plan = scheduler::plan_of(job, host);
    if (!job.enabled || !plan.schedule) {
        return sample;
    }
    const scheduler::Schedule &schedule = *plan.schedule;
    if (const auto slot = schedule.timetable.next(std::chrono::floor<microseconds>(now))) {
        sample.next_run = slot->at + scheduler::delay_of(schedule.delay, slot->at);
    }
    sample.deadline = success_deadline(schedule, allowance_of(job), *sample.facts);
    return sample;
}

JobSample sample_of(const config::BrokenJob &broken, const Known &known) {
    JobSample sample;
    JobTraits traits;
    traits.name = broken.name;
    traits.is_broken = true;
    sample.traits = std::make_shared<const JobTraits>(std::move(traits));
    sample.facts = facts_of(known, broken.name);
    return sample;
}

} // namespace

Result<std::string> offline_text(const config::Configuration &configuration,
                                 const std::string &state_dir, const std::string &host,
                                 WallTime now, Dialect dialect) {
    INTACT_TRY_ASSIGN(const Known known, read_catalog(state_dir));
    const scheduler::HostFacts host_facts = scheduler::read_host_facts(host);
    std::vector<JobSample> jobs;
    for (const config::LoadedJob &loaded : configuration.jobs) {
        jobs.push_back(sample_of(loaded.job, known, host_facts, now));
    }
    for (const config::BrokenJob &broken : configuration.broken) {
        jobs.push_back(sample_of(broken, known));
    }
    AgentSample agent;
    agent.is_configuration_good = configuration.errors() == 0;
    agent.now = now;
    agent.loaded = now;
    agent.jobs = configuration.jobs.size();
    agent.broken = configuration.broken.size();
    Exposition head(dialect);
    AgentMetrics(INTACT_VERSION).write(agent, Extent::files, head);
    return whole(Scrape(dialect, head.take(), std::move(jobs)));
}

} // namespace intact::metrics
