#include "daemon/metrics.hpp"

#include "base/log.hpp"
#include "daemon/clocks.hpp"
#include "daemon/event_log.hpp"
#include "daemon/status_lines.hpp"
#include "engine/context.hpp"
#include "metrics/negotiate.hpp"
#include "metrics/scrape.hpp"
#include "systemd/listen_fds.hpp"

#include <fmt/format.h>

namespace intact::daemon {
namespace {

/// A collector reads the file every 15 seconds or so, and a fleet of runs that ends at once is one
/// change.
constexpr std::chrono::microseconds kTextfileAfter = std::chrono::seconds(1);
/// So that its age tells whether the daemon lives, and gauges of time and progress move.
constexpr std::chrono::microseconds kTextfileEvery = std::chrono::seconds(30);
/// FileDescriptorName= of intactd-metrics.socket.
constexpr const char *kSocketName = "metrics";

void show_live(const LiveJob &live, metrics::JobSample &sample) {
    sample.is_enabled = live.view.plan->is_enabled;
    sample.is_paused = live.view.is_paused;
    if (sample.is_enabled) {
        sample.next_run = wall_time(live.view.due);
    }
    sample.progress = live.progress;
    if (live.view.turn != nullptr) {
        sample.is_running = live.view.turn->phase == scheduler::Phase::running;
        sample.is_queued = !sample.is_running;
    }
    // Run ids sort by time: a later one that the catalog does not know did not get that far.
    const auto &recorded = sample.facts->last;
    if (!live.last_run.empty() && (!recorded || recorded->run_id < live.last_run)) {
        sample.unrecorded = live.last_end;
    }
}

} // namespace

Metrics::Metrics(systemd::EventLoop &loop, Sources sources)
    : loop_(loop), sources_(std::move(sources)),
      activated_(systemd::take_listening_sockets()[kSocketName]),
      host_(engine::make_context("").host), agent_(INTACT_VERSION) {}

void Metrics::configure(const config::MetricsSettings &settings, std::vector<MeasuredJob> jobs) {
    jobs_.clear();
    for (MeasuredJob &measured : jobs) {
        const std::string name = measured.traits->name;
        jobs_.emplace(name, Job{std::move(measured)});
    }
    const bool is_as_before = settings == settings_;
    const bool is_other_file = settings.textfile != settings_.textfile;
    settings_ = settings;
    // Certificates may be others under the same names.
    if (!is_as_before || server_ == nullptr || !settings_.certificate.empty()) {
        listen();
    }
    // The end of the one before waits for its disk.
    if (is_other_file) {
        textfile_ = settings_.textfile.empty()
                        ? nullptr
                        : std::make_unique<TextfileWriter>(settings_.textfile);
    }
    touch();
}

void Metrics::listen() {
    server_.reset(); // its addresses become free
    if (activated_.empty() && settings_.listen.empty()) {
        return;
    }
    auto started = metrics::HttpServer::start(
        loop_, settings_, activated_,
        [this](const metrics::Request &request) { return answer(request); });
    if (!started) {
        log_error(started.error());
        return;
    }
    server_ = *std::move(started);
    for (const config::ListenAddress &address : server_->addresses()) {
        log::info("metrics at " + config::text_of(address));
    }
}

Result<> Metrics::follow(const std::string &state_dir, catalog::FactsSince facts) {
    learn(std::move(facts.jobs));
    INTACT_TRY_ASSIGN(watch_, FactsWatch::start(state_dir, facts.revision));
    INTACT_TRY_ASSIGN(on_news_, loop_.on_readable(watch_->fd(), [this] { take_news(); }));
    INTACT_TRY_ASSIGN(textfile_timer_,
                      loop_.timer(systemd::TimerClock::boot, [this] { write_textfile(); }));
    touch();
    return {};
}

void Metrics::learn(std::map<std::string, catalog::JobFacts> facts) {
    for (auto &[job, one] : facts) {
        facts_[job] = std::make_shared<const catalog::JobFacts>(std::move(one));
    }
}

void Metrics::take_news() {
    FactsWatch::News news = watch_->take();
    if (news.is_all) {
        facts_.clear();
    }
    learn(std::move(news.jobs));
    touch();
}

void Metrics::look() {
    if (watch_) {
        watch_->look();
    }
}

void Metrics::touch() {
    if (textfile_ && watch_) {
        textfile_timer_.set(boot_time() + kTextfileAfter);
    }
}

void Metrics::write_textfile() {
    if (!textfile_ || !sources_.is_ready()) {
        return;
    }
    metrics::Exposition agent(metrics::Dialect::text);
    agent_.write(agent_sample(), metrics::Extent::daemon, agent);
    textfile_->write(
        metrics::whole(metrics::Scrape(metrics::Dialect::text, agent.take(), samples())));
    textfile_timer_.set(boot_time() + kTextfileEvery);
}

metrics::Answer Metrics::answer(const metrics::Request &request) {
    if (request.path == "/healthz") {
        return metrics::text_answer(200, "ok");
    }
    if (request.path != "/metrics" && request.path != "/readyz" && request.path != "/") {
        return metrics::text_answer(404, "there is /metrics, /healthz, /readyz and /");
    }
    if (!sources_.is_ready()) {
        return metrics::text_answer(503, "starting: what interrupted runs left is being settled");
    }
    if (request.path == "/readyz") {
        return metrics::text_answer(200, "ready");
    }
    return request.path == "/" ? page() : scrape(request.accept);
}

metrics::Answer Metrics::page() {
    const metrics::AgentSample agent = sources_.agent();
    metrics::StatusPage page;
    page.host = host_;
    page.version = INTACT_VERSION;
    page.now = system_clock().now();
    if (agent.is_clock_held) {
        page.notice = "nothing is scheduled: the host's clock is not believed";
    } else if (agent.is_paused) {
        page.notice = "all jobs are paused";
    } else if (!agent.is_configuration_good) {
        page.notice = "the configuration has errors: see 'intact check'";
    }
    page.jobs = status_lines(samples());
    return metrics::status_answer(std::move(page));
}

metrics::Answer Metrics::scrape(const std::string &accept) {
    const metrics::Dialect dialect = metrics::choose_dialect(accept);
    metrics::Exposition agent(dialect);
    agent_.write(agent_sample(), metrics::Extent::process, agent);
    metrics::Answer answer;
    answer.content_type = metrics::content_type_of(dialect);
    answer.more = [scrape = std::make_shared<metrics::Scrape>(dialect, agent.take(), samples())] {
        return scrape->next();
    };
    return answer;
}

metrics::AgentSample Metrics::agent_sample() const {
    metrics::AgentSample sample = sources_.agent();
    if (server_) {
        const metrics::HttpFigures figures = server_->figures();
        sample.connections = figures.connections;
        for (const auto &[status, count] : figures.answers) {
            sample.requests[std::to_string(status)] = count;
        }
        sample.rejected = {{"too_many", figures.too_many},
                           {"timeout", figures.timeout},
                           {"malformed", figures.malformed},
                           {"unauthorized", figures.unauthorized},
                           {"tls", figures.tls}};
    }
    return sample;
}

std::vector<metrics::JobSample> Metrics::samples() {
    const std::vector<LiveJob> live = sources_.jobs(); // sorted, as jobs_ is
    std::vector<metrics::JobSample> samples;
    samples.reserve(jobs_.size());
    auto one = live.begin();
    for (auto &[name, job] : jobs_) {
        while (one != live.end() && one->view.plan->job < name) {
            ++one; // it is leaving: its run goes on
        }
        const bool is_known = one != live.end() && one->view.plan->job == name;
        samples.push_back(sample_of(job, is_known ? &*one : nullptr));
    }
    return samples;
}

metrics::JobSample Metrics::sample_of(Job &job, const LiveJob *live) {
    metrics::JobSample sample;
    sample.traits = job.measured.traits;
    const auto known = facts_.find(sample.traits->name);
    sample.facts = known == facts_.end() ? no_facts_ : known->second;
    if (live == nullptr) {
        return sample;
    }
    show_live(*live, sample);
    const scheduler::Plan &plan = *live->view.plan;
    if (plan.is_enabled && plan.schedule) {
        sample.deadline = deadline_of(job, *plan.schedule, sample.facts);
    }
    return sample;
}

// Worked out for each change only, of the facts or of the host's time zone: a scrape of thousands
// of jobs must not go through as many calendars.
std::optional<WallTime> Metrics::deadline_of(Job &job, const scheduler::Schedule &schedule,
                                             const Facts &facts) const {
    if (job.facts != facts || job.schedule != schedule.identity) {
        job.deadline = metrics::success_deadline(schedule, job.measured.allowance, *facts);
        job.facts = facts;
        job.schedule = schedule.identity;
    }
    return job.deadline;
}

} // namespace intact::daemon
