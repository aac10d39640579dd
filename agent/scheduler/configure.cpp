// What jobs there are: at the start, by the ledger of the last time, and after each reload.
#include "scheduler/delay.hpp"
#include "scheduler/job.hpp"

namespace intact::scheduler {

using catalog::JobAccount;
using catalog::SlotFate;
using catalog::SlotRecord;

namespace {

bool is_settled(const JobAccount::Open &open) {
    return open.outcome && *open.outcome != Outcome::running &&
           *open.outcome != Outcome::interrupted && open.slot.reason != catalog::kShutdown;
}

/// A slot that was in hand when the daemon ended, and that nobody takes up again.
SlotRecord given_up(SlotRecord slot, Now now) {
    slot.fate = slot.run_id.empty() ? SlotFate::missed : SlotFate::run;
    slot.reason = slot.run_id.empty() ? "off" : "interrupted";
    slot.decided = to_wall(now.wall);
    return slot;
}

} // namespace

void Scheduler::configure(std::vector<Plan> plans, const std::set<std::string> &unreadable,
                          Limits limits, Now now) {
    tick(now); // by the old plans, up to now
    setting_.limits = limits;
    std::set<std::string> named(unreadable);
    for (Plan &plan : plans) {
        named.insert(plan.job);
        const auto known = jobs_.find(plan.job);
        if (known == jobs_.end()) {
            admit(std::move(plan), now);
        } else {
            change_plan(*known->second, std::move(plan), now);
        }
    }
    for (auto job = jobs_.begin(); job != jobs_.end();) {
        const auto here = job++;
        if (!named.contains(here->first)) {
            dismiss(*here->second, now);
        }
    }
    for (const auto &[name, account] : accounts_) {
        if (!named.contains(name)) {
            forget(name, account, now);
        }
    }
    accounts_.clear();
    tick(now);
    decisions_.touched.clear(); // whoever looks at jobs looks at all of them anew
}

void Scheduler::admit(Plan plan, Now now) {
    auto owned = std::make_unique<Job>();
    Job &job = *owned;
    job.plan = std::move(plan);
    jobs_.emplace(job.name(), std::move(owned));
    open_account(job, now);
}

void Scheduler::open_account(Job &job, Now now) {
    const auto account = accounts_.find(job.name());
    if (!job.plan.schedule) {
        return; // one that the ledger has is of a schedule that was taken away: see forget()
    }
    if (account == accounts_.end()) {
        count_from_now(job, now);
        return;
    }
    const JobAccount known = std::move(account->second);
    accounts_.erase(account);
    job.horizon = to_instant(std::max(known.since, known.settled.value_or(known.since)));
    plan_next(job);
    settle_open_slots(job, known, now);
}

void Scheduler::count_from_now(Job &job, Now now) {
    if (clock_.hold()) {
        unopened_.insert(&job);
        return;
    }
    unopened_.erase(&job);
    job.horizon = std::max(job.horizon, now.wall);
    decisions_.changes.emplace_back(catalog::JobSeen{job.name(), to_wall(job.horizon)});
    plan_next(job);
}

// Of what was in hand when the daemon ended, the newest is taken up again, unless a later slot is
// due by now, whose run makes up for it.
void Scheduler::settle_open_slots(Job &job, const JobAccount &account, Now now) {
    const Schedule &schedule = *job.plan.schedule;
    for (const JobAccount::Open &open : account.open) {
        SlotRecord slot = open.slot;
        if (is_settled(open)) {
            slot.fate = SlotFate::run;
            write(std::move(slot));
            continue;
        }
        const bool is_newest = &open == &account.open.back();
        const bool is_superseded = job.due && *job.due <= now.wall;
        const microseconds lateness = now.wall - to_instant(slot.last);
        const bool is_in_time =
            lateness <= (schedule.catch_up ? schedule.catch_up_window : kOnTime);
        const bool has_attempts = slot.attempts <= job.plan.retries + 1;
        if (is_newest && !is_superseded && is_in_time && has_attempts &&
            reason_not_to_run(job).empty()) {
            const Cause cause = slot.run_id.empty() ? Cause::catch_up : Cause::again;
            take_turn(job, cause, std::move(slot), now);
        } else {
            write(given_up(std::move(slot), now));
        }
    }
}

void Scheduler::change_plan(Job &job, Plan plan, Now now) {
    const auto identity = [](const Plan &of) {
        return of.schedule ? of.schedule->identity : std::string();
    };
    const bool is_other = identity(job.plan) != identity(plan) || job.is_leaving;
    const bool runs = job.turn && job.turn->phase == Phase::running;
    // The account of what runs is by the name under which it was begun.
    if (runs) {
        plan.filesystem = job.plan.filesystem;
    }
    unplan(job);
    plan.job = job.name(); // the sets hold views of the name: it stays where it is
    job.plan.is_enabled = plan.is_enabled;
    job.plan.schedule = std::move(plan.schedule);
    job.plan.retries = plan.retries;
    job.plan.retry_delay = plan.retry_delay;
    job.plan.filesystem = std::move(plan.filesystem);
    job.is_leaving = false;
    unopened_.erase(&job);
    if (is_other && !job.plan.schedule) {
        decisions_.changes.emplace_back(catalog::JobForgotten{job.name()});
    }
    if (!job.plan.is_enabled && job.turn && job.turn->slot && !runs) {
        drop_waiting(job, "disabled", now);
    }
    if (is_other && job.plan.schedule) {
        job.open_range.reset();
        count_from_now(job, now);
    } else {
        plan_next(job);
    }
}

void Scheduler::dismiss(Job &job, Now now) {
    unplan(job);
    unopened_.erase(&job);
    if (job.plan.schedule) {
        decisions_.changes.emplace_back(catalog::JobForgotten{job.name()});
    }
    if (job.turn && job.turn->phase == Phase::running) {
        job.plan.schedule.reset();
        job.is_leaving = true;
        return;
    }
    if (job.turn) {
        drop_waiting(job, "removed", now);
    }
    jobs_.erase(std::string(job.name()));
}

void Scheduler::forget(const std::string &name, const JobAccount &account, Now now) {
    for (const JobAccount::Open &open : account.open) {
        SlotRecord slot = given_up(open.slot, now);
        if (is_settled(open)) {
            slot.reason.clear();
        }
        write(std::move(slot));
    }
    decisions_.changes.emplace_back(catalog::JobForgotten{name});
}

void Scheduler::plan_next(Job &job) {
    unplan(job);
    if (!job.plan.schedule) {
        return;
    }
    const auto slot = job.plan.schedule->timetable.next(job.horizon);
    if (!slot) {
        return;
    }
    job.next = slot->at;
    job.due = slot->at + delay_of(job.plan.schedule->delay, slot->at);
    by_due_.emplace(*job.due, job.name());
    touch(job);
}

void Scheduler::unplan(Job &job) {
    if (job.due) {
        by_due_.erase({*job.due, job.name()});
    }
    job.next.reset();
    job.due.reset();
}

Result<> Scheduler::pause(const std::string &job, std::optional<Instant> until, Now now) {
    if (!job.empty()) {
        INTACT_TRY(find(job));
    }
    tick(now);
    pauses_[job] = until;
    decisions_.changes.emplace_back(
        catalog::PauseBegun{job, until ? std::optional(to_wall(*until)) : std::nullopt});
    for (const auto &[name, one] : jobs_) {
        const bool waits = one->turn && one->turn->slot && one->turn->phase != Phase::running;
        if (waits && (job.empty() || job == name)) {
            drop_waiting(*one, "paused", now);
        }
    }
    decisions_.touched.insert(job);
    return {};
}

Result<> Scheduler::resume(const std::string &job, Now now) {
    if (!job.empty()) {
        INTACT_TRY(find(job));
    }
    tick(now); // what came due until now was skipped
    if (pauses_.erase(job) != 0) {
        decisions_.changes.emplace_back(catalog::PauseEnded{job});
        decisions_.touched.insert(job);
    }
    return {};
}

void Scheduler::accept_clock(Now now) {
    clock_.accept(now);
    wall_ = now.wall;
    decisions_.changes.emplace_back(catalog::ClockTurnedBack{to_wall(now.wall)});
    for (const auto &[name, job] : jobs_) {
        if (job->horizon > now.wall) {
            job->horizon = now.wall;
            job->open_range.reset();
            plan_next(*job);
        }
    }
    was_held_ = true; // what is late by now is so because of the hold
    tick(now);
}

} // namespace intact::scheduler
