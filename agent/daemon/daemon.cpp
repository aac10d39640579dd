#include "daemon/daemon.hpp"

#include "base/log.hpp"
#include "base/run_id.hpp"
#include "daemon/clocks.hpp"
#include "daemon/event_log.hpp"
#include "engine/context.hpp"
#include "os/memory.hpp"
#include "systemd/notify.hpp"

#include <csignal>
#include <fmt/format.h>
#include <unistd.h>

namespace intact::daemon {
namespace {

using std::chrono::microseconds;
using systemd::TimerClock;

LastRuns last_runs_of(const catalog::JobFacts &facts) {
    return {facts.last ? std::optional(control::last_run_of(*facts.last)) : std::nullopt,
            facts.last_success, facts.is_suspicious};
}

/// Whoever asks whether there is a daemon holds its lock for an instant.
constexpr std::chrono::milliseconds kLockPatience{2000};

scheduler::Instant release_date() {
    return *schedule::Zone::named("UTC").value().read(INTACT_RELEASE_DATE);
}

bool may_be_tried_again(const RunResult &result) {
    const std::optional<ErrorCode> code = error_code_named(result.code);
    return code && may_pass(*code);
}

} // namespace

Daemon::Daemon(systemd::EventLoop &loop, Options options, Program program)
    : loop_(loop), options_(std::move(options)), program_(std::move(program)),
      clock_sync_([this](const auto &whom, const auto &method, const auto &values, auto answer) {
          return control_ && control_->ask(whom, method, values, std::move(answer));
      }),
      metrics_(loop, {[this] { return agent_sample(); }, [this] { return live_jobs(); },
                      [this] { return is_ready_; }}) {}

Daemon::~Daemon() {
    if (lock_) {
        lock_->release();
    }
}

Result<> Daemon::start() {
    places_ = config::find_places(options_.config_dir, options_.state_dir);
    INTACT_TRY(prepare());
    JobSet read;
    config::Configuration configuration = read_configuration(read);
    log_diagnostics(configuration.diagnostics);
    INTACT_TRY(check_usable(configuration));
    take(std::move(configuration), std::move(read));
    INTACT_TRY(lock_state());
    INTACT_TRY(loop_.answer_watchdog());
    return options_.bus ? join_bus() : open_catalog();
}

// Two daemons that share a ledger would each run what is due.
Result<> Daemon::lock_state() {
    INTACT_TRY_ASSIGN(const os::Directory directory,
                      os::Directory::make_and_open(places_.state_dir + "/locks"));
    const os::LockOwner owner{getpid(), engine::make_context("").host, "intactd",
                              rfc3339(system_clock().now())};
    auto lock = os::LockFile::acquire(directory, engine::kDaemonLock, owner, kLockPatience, {});
    if (!lock) {
        return fail(std::move(lock).error().with_hint(
            "another daemon has this state directory: stop that one, or give --state-dir"));
    }
    lock_.emplace(*std::move(lock));
    return {};
}

Result<> Daemon::join_bus() {
    control_ = std::make_unique<ControlBus>(loop_, *options_.bus, *this);
    const auto joined = control_->connect([this](const Result<> &named) {
        const Result<> opened = named ? open_catalog() : named;
        if (!opened) {
            fail_to_start(opened.error());
        }
    });
    return joined
               ? joined
               : fail(
                     Error(joined.error()).with_hint("start it with --no-bus where there is none"));
}

Result<> Daemon::open_catalog() {
    INTACT_TRY_ASSIGN(catalog_, catalog::Catalog::open(places_.state_dir));
    settle_dead_runs();
    return recoveries_.empty() ? begin_scheduling() : Result<>();
}

Result<> Daemon::prepare() {
    INTACT_TRY_ASSIGN(on_terminate_, loop_.on_signal(SIGTERM, [this] { stop(); }));
    INTACT_TRY_ASSIGN(on_interrupt_, loop_.on_signal(SIGINT, [this] { stop(); }));
    INTACT_TRY_ASSIGN(on_hangup_, loop_.on_signal(SIGHUP, [this] {
        [[maybe_unused]] const auto told_already = load_again();
    }));
    INTACT_TRY_ASSIGN(on_user_, loop_.on_signal(SIGUSR1, [this] { log_state(); }));
    INTACT_TRY_ASSIGN(wall_timer_, loop_.timer(TimerClock::wall, [this] { pump(); }));
    INTACT_TRY_ASSIGN(boot_timer_, loop_.timer(TimerClock::boot, [this] { pump(); }));
    INTACT_TRY_ASSIGN(grace_timer_, loop_.timer(TimerClock::boot, [this] { stop_runs(); }));
    INTACT_TRY_ASSIGN(extend_timer_, loop_.timer(TimerClock::boot, [this] { ask_for_time(); }));
    INTACT_TRY_ASSIGN(clock_change_,
                      ClockChange::watch(loop_, [this] { pump(); }, [this] { zone_changed(); }));
    host_ = scheduler::read_host_facts(engine::make_context("").host);
    return {};
}

config::Configuration Daemon::read_configuration(JobSet &into) const {
    return config::load_each(places_, [&](config::LoadedJob one) {
        into.plans.push_back(scheduler::plan_of(one.job, host_));
        MeasuredJob measured{
            std::make_shared<const metrics::JobTraits>(metrics::traits_of(one.job)),
            metrics::allowance_of(one.job)};
        into.jobs.emplace_hint(into.jobs.end(), std::move(one.job.name),
                               JobFile{{std::move(one.job.file), std::move(one.text)},
                                       one.job.limits,
                                       one.job.priority,
                                       std::move(measured)});
    });
}

void Daemon::take(config::Configuration configuration, JobSet read) {
    main_ = std::move(configuration.main);
    settings_ = configuration.daemon;
    jobs_ = std::move(read.jobs);
    plans_ = std::move(read.plans);
    broken_.clear();
    for (const config::BrokenJob &one : configuration.broken) {
        broken_.insert(one.name);
    }
    loaded_ = system_clock().now();
    is_configuration_good_ = configuration.errors() == 0;
    metrics_.configure(configuration.metrics, measured_jobs());
}

// A run that died with the host or the daemon may have published its backup: the ledger is read
// when that is known. A job's own next run does the same, so that one which hangs holds up nothing
// long.
void Daemon::settle_dead_runs() {
    using OpenRun = catalog::Catalog::OpenRun;
    for (const OpenRun &open : catalog_->open_runs().value_or(std::vector<OpenRun>())) {
        const std::string &job = open.job;
        if (!jobs_.contains(job)) {
            continue;
        }
        auto recovery = Recovery::start(loop_, program_, job, open.run_id, [this, job] {
            recoveries_.erase(job);
            if (recoveries_.empty() && !scheduler_) {
                if (const auto begun = begin_scheduling(); !begun) {
                    fail_to_start(begun.error());
                }
            }
        });
        if (recovery) {
            recoveries_[job] = *std::move(recovery);
        } else {
            log::warning(recovery.error().message());
        }
    }
}

Result<> Daemon::begin_scheduling() {
    if (is_stopping_) {
        return {};
    }
    INTACT_TRY_ASSIGN(const catalog::Ledger ledger, catalog_->ledger());
    INTACT_TRY(catalog_->count_runs(""));
    INTACT_TRY_ASSIGN(auto facts, catalog_->facts(0));
    for (const auto &[job, one] : facts.jobs) {
        last_runs_[job] = last_runs_of(one);
    }
    const scheduler::Now time = now();
    scheduler_ = std::make_unique<scheduler::Scheduler>(
        scheduler::Scheduler::Setting{scheduler::limits_of(settings_), release_date(),
                                      [] { return RunId::make(system_clock().now()).str(); }},
        ledger, time);
    INTACT_TRY_ASSIGN(ledger_, LedgerWriter::start(std::move(catalog_)));
    INTACT_TRY_ASSIGN(on_ledger_, loop_.on_readable(ledger_->fd(), [this] {
        metrics_.look();
        pump();
    }));
    scheduler_->configure(std::move(plans_), broken_, scheduler::limits_of(settings_), time);
    INTACT_TRY(metrics_.follow(places_.state_dir, std::move(facts)));
    INTACT_TRY_ASSIGN(surveyor_, Surveyor::make(loop_, program_));
    surveyor_->look_every(settings_.survey_interval);
    os::return_free_memory();
    pump();
    is_ready_ = true;
    log_started(jobs_.size(), broken_.size());
    systemd::notify_ready(status_);
    return {};
}

void Daemon::fail_to_start(const Error &error) {
    log_error(error);
    systemd::notify_failure(error.sys_errno(), error.message());
    loop_.stop(exit_code_of(error.code()));
}

// After anything that happened: decisions to the ledger, runs begun, timers set, status told.
void Daemon::pump() {
    if (!scheduler_) {
        return;
    }
    scheduler_->tick(now());
    scheduler::Decisions decisions = scheduler_->take();
    log_missed(decisions.changes);
    if (!decisions.changes.empty()) {
        submitted_ = ledger_->submit(std::move(decisions.changes));
    }
    for (scheduler::Start &start : decisions.starts) {
        waiting_.push_back({submitted_, std::move(start)});
    }
    begin_what_is_durable();
    answer_what_is_durable();
    arm_timers();
    tell(decisions.touched);
    say_status();
    stop_when_idle();
}

void Daemon::begin_what_is_durable() {
    const std::uint64_t durable = ledger_->done();
    while (!waiting_.empty() && waiting_.front().ledger <= durable) {
        const scheduler::Start start = std::move(waiting_.front().start);
        waiting_.pop_front();
        begin(start);
    }
    const auto trouble = ledger_->trouble();
    if (trouble && ledger_trouble_ != trouble->message()) {
        log_error(*trouble);
    }
    ledger_trouble_ = trouble ? std::optional(trouble->message()) : std::nullopt;
}

void Daemon::begin(const scheduler::Start &start) {
    const auto known = jobs_.find(start.job);
    if (known == jobs_.end()) { // taken away since it was decided
        scheduler_->ended(start.job, {scheduler::RunEnd::Kind::held_back, "removed"}, now());
        return;
    }
    const JobFile &file = known->second;
    const RunOrder order{start.job,   start.run_id,  {main_, file.text},
                         file.limits, file.priority, start.cause != scheduler::Cause::by_hand};
    auto run = RunProcess::start(
        loop_, program_, order,
        {[this] { say_status(); },
         [this, job = start.job](const RunResult &result) { run_ended(job, result); }});
    if (run) {
        log_begun(start);
        runs_[start.job] = *std::move(run);
        if (control::Service *on_bus = service()) {
            on_bus->tell_run_begun(start.job, start.run_id,
                                   std::string(scheduler::name_of(start.cause)), start.attempt);
        }
        return;
    }
    RunResult result;
    result.code = name_of(run.error().code());
    result.message = run.error().message();
    result.hint = run.error().hint();
    make_sure_of_row(start.job, start.run_id, result, std::string(name_of(Stage::claim)));
    note(start.job, start.run_id, result);
    tell_scheduler(start.job, result);
}

void Daemon::run_ended(const std::string &job, const RunResult &result) {
    const std::unique_ptr<RunProcess> run = std::move(runs_.at(job));
    runs_.erase(job);
    note(job, run->order().run_id, result);
    if (run->report().result()) {
        make_sure_of_row(job, run->order().run_id, result, run->report().progress().stage);
    }
    if (run->report().result() || is_stopping_runs_) {
        tell_scheduler(job, result);
        pump();
        return;
    }
    // It died in the middle: what it left is settled before anything else of this job.
    const std::string &run_id = run->order().run_id;
    auto recovery = Recovery::start(loop_, program_, job, run_id, [this, job, result] {
        recoveries_.erase(job);
        tell_scheduler(job, result);
        pump();
    });
    if (recovery) {
        recoveries_[job] = *std::move(recovery);
    } else {
        tell_scheduler(job, result);
        pump();
    }
}

void Daemon::note(const std::string &job, const std::string &run_id, const RunResult &result) {
    log_ended(job, run_id, result);
    note_end(last_runs_[job], run_id, result, system_clock().now());
    metrics_.touch();
    if (control::Service *on_bus = service()) {
        on_bus->tell_run_ended(run_told_of(job, run_id, result));
    }
}

void Daemon::tell_scheduler(const std::string &job, const RunResult &result) {
    using Kind = scheduler::RunEnd::Kind;
    Kind kind = Kind::done;
    if (!result.held_back.empty()) {
        kind = Kind::held_back;
    } else if (is_stopping_runs_ && result.outcome != Outcome::success &&
               result.outcome != Outcome::warning) {
        kind = Kind::interrupted;
    } else if (result.outcome == Outcome::failure && may_be_tried_again(result)) {
        kind = Kind::failed;
    }
    scheduler_->ended(job, {kind, result.held_back}, now());
}

void Daemon::arm_timers() {
    const scheduler::Wake wake = scheduler_->next_wake();
    if (wake.wall && !is_stopping_) {
        wall_timer_.set(wake.wall->time_since_epoch());
    } else {
        wall_timer_.clear();
    }
    if (wake.boot && !is_stopping_) {
        boot_timer_.set(*wake.boot);
    } else {
        boot_timer_.clear();
    }
    const bool is_held = scheduler_->hold().has_value();
    if (is_held && !was_held_) {
        log_held(*scheduler_->hold());
    }
    was_held_ = is_held;
}

void Daemon::say_status() {
    std::string text =
        status_text({scheduler_.get(), &runs_, jobs_.size(), broken_.size(), is_stopping_});
    if (text != status_) {
        status_ = std::move(text);
        if (is_ready_) {
            systemd::notify_status(status_);
        }
    }
}

void Daemon::log_state() const {
    if (scheduler_) {
        log_views(*scheduler_, runs_);
    }
}

} // namespace intact::daemon
