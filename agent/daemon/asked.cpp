// What others may ask of the daemon, and what it tells them: see control/agent.hpp.
#include "daemon/clocks.hpp"
#include "daemon/daemon.hpp"
#include "daemon/event_log.hpp"

#include <fmt/format.h>

namespace intact::daemon {
namespace {

Error not_ready() {
    return Error(ErrorCode::cancelled, "the daemon is still starting")
        .with_hint("it settles what an interrupted run left: ask again in a moment");
}

} // namespace

control::AgentState Daemon::state() const {
    control::AgentState state;
    state.version = INTACT_VERSION;
    state.jobs = static_cast<std::uint32_t>(jobs_.size());
    state.broken = static_cast<std::uint32_t>(broken_.size());
    state.is_stopping = is_stopping_;
    state.loaded = loaded_;
    if (!scheduler_) {
        return state;
    }
    state.running = static_cast<std::uint32_t>(scheduler_->running());
    state.waiting = static_cast<std::uint32_t>(scheduler_->waiting());
    state.is_paused = scheduler_->is_paused("");
    if (const auto hold = scheduler_->hold()) {
        state.clock_hold = reason_text(*hold);
    }
    if (const auto next = scheduler_->next_up()) {
        state.next_job = next->plan->job;
        state.next_due = next->due;
    }
    return state;
}

control::JobState Daemon::state_of(const scheduler::JobView &view) const {
    const auto run = runs_.find(view.plan->job);
    const auto last = last_runs_.find(view.plan->job);
    return job_state_of(view, run == runs_.end() ? nullptr : run->second.get(),
                        last == last_runs_.end() ? LastRuns() : last->second);
}

Result<control::JobState> Daemon::job(const std::string &job) const {
    if (!scheduler_) {
        return fail(not_ready());
    }
    const auto view = scheduler_->view(job);
    if (!view) {
        return fail(broken_.contains(job)
                        ? Error(ErrorCode::not_found,
                                fmt::format("job '{}' cannot be used: its file has errors", job))
                              .with_hint("see 'intact check'")
                        : Error(ErrorCode::not_found, fmt::format("there is no job '{}'", job)));
    }
    return state_of(*view);
}

std::vector<control::JobState> Daemon::jobs() const {
    std::vector<control::JobState> states;
    if (scheduler_) {
        for (const scheduler::JobView &view : scheduler_->views()) {
            states.push_back(state_of(view));
        }
    }
    return states;
}

Result<> Daemon::run_now(const std::string &job) {
    if (!scheduler_) {
        return fail(not_ready());
    }
    INTACT_TRY(scheduler_->run(job, now()));
    pump();
    return {};
}

Result<control::Cancelling> Daemon::cancel(const std::string &job) {
    if (!scheduler_) {
        return fail(not_ready());
    }
    const scheduler::Cancelled cancelled = scheduler_->cancel(job, now());
    if (cancelled == scheduler::Cancelled::nothing) {
        return fail(ErrorCode::not_found, fmt::format("job '{}' neither runs nor waits", job));
    }
    if (cancelled == scheduler::Cancelled::must_stop) {
        if (const auto run = runs_.find(job); run != runs_.end()) {
            run->second->stop();
        }
    }
    pump();
    return cancelled == scheduler::Cancelled::dropped ? control::Cancelling::dropped
                                                      : control::Cancelling::stopping;
}

void Daemon::pause(const std::string &job, std::optional<WallTime> until, Answer answer) {
    const auto to =
        until ? std::optional(std::chrono::floor<std::chrono::microseconds>(*until)) : std::nullopt;
    const auto paused =
        scheduler_ ? scheduler_->pause(job, to, now()) : Result<>(fail(not_ready()));
    if (!paused) {
        answer(paused);
        return;
    }
    answer_when_durable(std::move(answer));
}

void Daemon::resume(const std::string &job, Answer answer) {
    const auto resumed = scheduler_ ? scheduler_->resume(job, now()) : Result<>(fail(not_ready()));
    if (!resumed) {
        answer(resumed);
        return;
    }
    answer_when_durable(std::move(answer));
}

void Daemon::accept_clock(Answer answer) {
    if (!scheduler_) {
        answer(fail(not_ready()));
        return;
    }
    scheduler_->accept_clock(now());
    answer_when_durable(std::move(answer));
}

void Daemon::answer_when_durable(Answer answer) {
    pump(); // what was decided goes to the ledger
    answers_.emplace_back(submitted_, std::move(answer));
    answer_what_is_durable();
}

void Daemon::answer_what_is_durable() {
    const std::uint64_t durable = ledger_->done();
    const auto trouble = ledger_->trouble();
    while (!answers_.empty() && answers_.front().first <= durable) {
        const Answer answer = std::move(answers_.front().second);
        answers_.pop_front();
        answer(trouble ? Result<>(fail(*trouble)) : Result<>());
    }
}

void Daemon::tell(const std::set<std::string> &touched) {
    if (!control_) {
        return;
    }
    control_->delay_shutdown(!runs_.empty());
    control::Service *service = control_->service();
    if (service == nullptr || !is_ready_) {
        return;
    }
    for (const std::string &job : touched) {
        service->tell_job_changed(job);
    }
    service->tell_state();
}

} // namespace intact::daemon
