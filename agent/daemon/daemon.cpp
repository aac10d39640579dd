#include "daemon/daemon.hpp"

#include "base/log.hpp"
#include "base/run_id.hpp"
#include "daemon/clocks.hpp"
#include "daemon/event_log.hpp"
#include "os/memory.hpp"
#include "systemd/notify.hpp"

#include <csignal>
#include <fmt/format.h>

namespace intact::daemon {
namespace {

using std::chrono::microseconds;
using systemd::TimerClock;

constexpr microseconds kExtendEvery = std::chrono::seconds(10);
constexpr microseconds kExtendBy = std::chrono::seconds(40); ///< more than a stopped run's grace

scheduler::Instant release_date() {
    return *schedule::Zone::named("UTC").value().read(INTACT_RELEASE_DATE);
}

bool may_be_tried_again(const RunResult &result) {
    const std::optional<ErrorCode> code = error_code_named(result.code);
    return code && may_pass(*code);
}

} // namespace

Daemon::Daemon(systemd::EventLoop &loop, Options options, Program program)
    : loop_(loop), options_(std::move(options)), program_(std::move(program)) {}

Daemon::~Daemon() = default;

Result<> Daemon::start() {
    places_ = config::find_places(options_.config_dir, options_.state_dir);
    INTACT_TRY(prepare());
    config::Configuration configuration = config::load(places_);
    log_diagnostics(configuration.diagnostics);
    INTACT_TRY(check_usable(configuration));
    take(std::move(configuration));
    INTACT_TRY_ASSIGN(catalog_, catalog::Catalog::open(places_.state_dir));
    INTACT_TRY(loop_.answer_watchdog());
    settle_dead_runs();
    return recoveries_.empty() ? begin_scheduling() : Result<>();
}

Result<> Daemon::prepare() {
    INTACT_TRY_ASSIGN(on_terminate_, loop_.on_signal(SIGTERM, [this] { stop(); }));
    INTACT_TRY_ASSIGN(on_interrupt_, loop_.on_signal(SIGINT, [this] { stop(); }));
    INTACT_TRY_ASSIGN(on_hangup_, loop_.on_signal(SIGHUP, [this] {
        [[maybe_unused]] const auto told_already = reload();
    }));
    INTACT_TRY_ASSIGN(on_user_, loop_.on_signal(SIGUSR1, [this] { log_state(); }));
    INTACT_TRY_ASSIGN(wall_timer_, loop_.timer(TimerClock::wall, [this] { pump(); }));
    INTACT_TRY_ASSIGN(boot_timer_, loop_.timer(TimerClock::boot, [this] { pump(); }));
    INTACT_TRY_ASSIGN(grace_timer_, loop_.timer(TimerClock::boot, [this] { stop_runs(); }));
    INTACT_TRY_ASSIGN(extend_timer_, loop_.timer(TimerClock::boot, [this] {
        systemd::extend_timeout(kExtendBy);
        extend_timer_.set(boot_time() + kExtendEvery);
    }));
    INTACT_TRY_ASSIGN(clock_change_,
                      ClockChange::watch(loop_, [this] { pump(); }, [this] { zone_changed(); }));
    host_ = read_host_facts();
    return {};
}

void Daemon::take(config::Configuration configuration) {
    main_ = std::move(configuration.main);
    settings_ = configuration.daemon;
    jobs_.clear();
    broken_.clear();
    for (config::LoadedJob &one : configuration.jobs) {
        jobs_[one.job.name] = {
            {one.job.file, std::move(one.text)}, one.job.limits, one.job.priority};
    }
    for (const config::BrokenJob &one : configuration.broken) {
        broken_.insert(one.name);
    }
    plans_.clear();
    for (const config::LoadedJob &one : configuration.jobs) {
        plans_.push_back(plan_of(one.job, host_));
    }
}

// A run that died with the host or the daemon may have published its backup: the ledger is read
// when that is known. A job's own next run does the same, so that one which hangs holds up nothing
// long.
void Daemon::settle_dead_runs() {
    for (const std::string &job : catalog_->running_jobs().value_or(std::vector<std::string>())) {
        if (!jobs_.contains(job)) {
            continue;
        }
        auto recovery = Recovery::start(loop_, program_, job, [this, job] {
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
    const scheduler::Now time = now();
    scheduler_ = std::make_unique<scheduler::Scheduler>(
        scheduler::Scheduler::Setting{limits_of(settings_), release_date(),
                                      [] { return RunId::make(system_clock().now()).str(); }},
        ledger, time);
    INTACT_TRY_ASSIGN(ledger_, LedgerWriter::start(std::move(catalog_)));
    INTACT_TRY_ASSIGN(on_ledger_, loop_.on_readable(ledger_->fd(), [this] { pump(); }));
    scheduler_->configure(std::move(plans_), broken_, limits_of(settings_), time);
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
    const std::uint64_t ledger =
        decisions.changes.empty() ? 0 : ledger_->submit(std::move(decisions.changes));
    for (scheduler::Start &start : decisions.starts) {
        waiting_.push_back({ledger, std::move(start)});
    }
    begin_what_is_durable();
    arm_timers();
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
        return;
    }
    RunResult result;
    result.code = name_of(run.error().code());
    result.message = run.error().message();
    result.hint = run.error().hint();
    log_ended(start.job, start.run_id, result);
    tell_scheduler(start.job, result);
}

void Daemon::run_ended(const std::string &job, const RunResult &result) {
    const std::unique_ptr<RunProcess> run = std::move(runs_.at(job));
    runs_.erase(job);
    log_ended(job, run->order().run_id, result);
    if (run->report().result() || is_stopping_runs_) {
        tell_scheduler(job, result);
        pump();
        return;
    }
    // It died in the middle: what it left is settled before anything else of this job.
    auto recovery = Recovery::start(loop_, program_, job, [this, job, result] {
        const std::string name = job; // the callback goes with what it is called from
        const RunResult kept = result;
        recoveries_.erase(name);
        tell_scheduler(name, kept);
        pump();
    });
    if (recovery) {
        recoveries_[job] = *std::move(recovery);
    } else {
        tell_scheduler(job, result);
        pump();
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

Result<> Daemon::reload() {
    if (is_stopping_ || !scheduler_) {
        return fail(ErrorCode::cancelled, "the daemon is starting or stopping");
    }
    systemd::notify_reloading();
    config::Configuration configuration = config::load(places_);
    log_diagnostics(configuration.diagnostics);
    Result<> usable = check_whole(configuration);
    if (usable) {
        host_.mounts = read_host_facts().mounts;
        take(std::move(configuration));
        scheduler_->configure(std::move(plans_), broken_, limits_of(settings_), now());
        os::return_free_memory();
        log_reloaded(jobs_.size());
    } else {
        log_error(usable.error());
    }
    pump();
    systemd::notify_ready(status_);
    return usable;
}

void Daemon::zone_changed() {
    if (!scheduler_ || is_stopping_) {
        return;
    }
    // Timetables by the host's zone are made anew; the files are those that hold already.
    ++host_.zone_changes;
    plans_.clear();
    for (const auto &[name, file] : jobs_) {
        const config::Configuration one = config::load_snapshot({main_, file.text});
        if (!one.jobs.empty()) {
            plans_.push_back(plan_of(one.jobs.front().job, host_));
        }
    }
    scheduler_->configure(std::move(plans_), broken_, limits_of(settings_), now());
    log::info("the host's time zone has changed: jobs without schedule.timezone= follow it");
    pump();
}

void Daemon::stop() {
    if (is_stopping_) {
        stop_runs();
        return;
    }
    is_stopping_ = true;
    log_stopping(runs_.size(), settings_.shutdown_grace);
    systemd::notify_stopping("stopping");
    if (!scheduler_) {
        recoveries_.clear();
        loop_.stop(0);
        return;
    }
    scheduler_->drain();
    waiting_.clear(); // their slots are due at the next start
    systemd::extend_timeout(kExtendBy);
    extend_timer_.set(boot_time() + kExtendEvery);
    grace_timer_.set(boot_time() + settings_.shutdown_grace);
    pump();
}

void Daemon::stop_runs() {
    is_stopping_runs_ = true;
    for (const auto &[job, run] : runs_) {
        run->stop();
    }
    stop_when_idle();
}

void Daemon::stop_when_idle() {
    if (is_stopping_ && runs_.empty() && (recoveries_.empty() || is_stopping_runs_)) {
        loop_.stop(0);
    }
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
