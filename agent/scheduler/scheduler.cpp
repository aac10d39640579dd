#include "scheduler/scheduler.hpp"

#include "scheduler/delay.hpp"
#include "scheduler/job.hpp"
#include "scheduler/slot_range.hpp"

#include <fmt/format.h>

namespace intact::scheduler {
namespace {

using catalog::SlotFate;
using catalog::SlotRecord;

SlotRecord record_of(const std::string &job, const SlotRange &range, Now now) {
    SlotRecord slot;
    slot.job = job;
    slot.first = to_wall(range.first);
    slot.last = to_wall(range.last);
    slot.count = range.count;
    slot.decided = to_wall(now.wall);
    return slot;
}

/// The newest slot of a range, and the ones before it.
struct Split {
    SlotRange newest;
    std::optional<SlotRange> older;
};

Split split(const schedule::Timetable &timetable, const SlotRange &all) {
    if (all.first == all.last) {
        return {all, std::nullopt};
    }
    const std::uint64_t older = all.count == 0 ? 0 : all.count - 1;
    if (all.count == 2) {
        return {{all.last, all.last, 1}, SlotRange{all.first, all.first, 1}};
    }
    // The last of the older ones: the table is asked for the one whose successor is the newest.
    const Instant before = all.last - microseconds(1);
    SlotRange rest = slots_until(timetable, all.first, before);
    rest.count = older;
    return {{all.last, all.last, 1}, rest};
}

} // namespace

Scheduler::Scheduler(Setting setting, const catalog::Ledger &ledger, Now now)
    : setting_(std::move(setting)), started_(now.wall),
      clock_(setting_.build_date,
             ledger.latest ? std::optional(to_instant(*ledger.latest)) : std::nullopt, now),
      was_held_(clock_.hold().has_value()), wall_(now.wall), accounts_(ledger.jobs) {
    for (const auto &[job, until] : ledger.pauses) {
        pauses_[job] = until ? std::optional(to_instant(*until)) : std::nullopt;
    }
}

Scheduler::~Scheduler() = default;

void Scheduler::tick(Now now) {
    wall_ = now.wall;
    clock_event_ = clock_.look(now);
    if (!clock_.hold()) {
        while (!unopened_.empty()) {
            count_from_now(**unopened_.begin(), now);
        }
        while (!by_due_.empty() && by_due_.begin()->first <= now.wall) {
            handle_due(*jobs_.find(std::string(by_due_.begin()->second))->second, now);
        }
        was_held_ = false;
    } else {
        was_held_ = true;
    }
    while (!by_wake_.empty() && by_wake_.begin()->first <= now.boot) {
        enqueue(*jobs_.find(std::string(by_wake_.begin()->second))->second);
    }
    start_what_fits(now);
}

Decisions Scheduler::take() {
    return std::exchange(decisions_, {});
}

Wake Scheduler::next_wake() const {
    Wake wake;
    if (!by_due_.empty() && !clock_.hold()) {
        wake.wall = by_due_.begin()->first;
    }
    if (!by_wake_.empty()) {
        wake.boot = by_wake_.begin()->first;
    }
    return wake;
}

// The slot that is due, and with it all whose time has passed since.
void Scheduler::handle_due(Job &job, Now now) {
    const Schedule &schedule = *job.plan.schedule;
    const Instant first_due = *job.due;
    const microseconds delay = first_due - *job.next;
    const SlotRange all =
        slots_until(schedule.timetable, *job.next, std::max(*job.next, now.wall - delay));
    const microseconds lateness = now.wall - (all.last + delay);
    const std::string reason = reason_not_to_run(job);

    SlotRecord everything = record_of(job.name(), all, now);
    job.horizon = std::max(job.horizon, all.last);
    plan_next(job);
    if (!reason.empty()) {
        everything.fate = SlotFate::skipped;
        everything.reason = reason;
        record_without_run(job, std::move(everything));
        return;
    }
    const bool is_late = lateness > kOnTime;
    if (is_late && (!schedule.catch_up || lateness > schedule.catch_up_window)) {
        everything.fate = SlotFate::missed;
        everything.reason = reason_for_lateness(first_due);
        record_without_run(job, std::move(everything));
        return;
    }
    const Split parts = split(schedule.timetable, all);
    take_turn(job, is_late ? Cause::catch_up : Cause::slot,
              record_of(job.name(), parts.newest, now), now);
    if (parts.older) {
        SlotRecord older = record_of(job.name(), *parts.older, now);
        older.fate = SlotFate::missed;
        older.reason = reason_for_lateness(first_due);
        job.turn->made_up_for = older;
        write(std::move(older));
    }
}

std::string Scheduler::reason_not_to_run(const Job &job) const {
    if (!job.plan.is_enabled) {
        return "disabled";
    }
    if (is_paused(job.name())) {
        return "paused";
    }
    return job.turn ? "overlap" : "";
}

std::string Scheduler::reason_for_lateness(Instant due) const {
    if (was_held_) {
        return "clock_held";
    }
    if (due < started_) {
        return "off";
    }
    switch (clock_event_) {
    case ClockEvent::set_forward:
        return "clock_set";
    case ClockEvent::suspended:
        return "suspended";
    default:
        return "late";
    }
}

// A paused job that is due each minute must not leave a record a minute.
void Scheduler::record_without_run(Job &job, SlotRecord slot) {
    if (job.open_range && job.open_range->fate == slot.fate &&
        job.open_range->reason == slot.reason) {
        job.open_range->last = slot.last;
        job.open_range->count =
            job.open_range->count == 0 || slot.count == 0 ? 0 : job.open_range->count + slot.count;
        job.open_range->decided = slot.decided;
    } else {
        job.open_range = std::move(slot);
    }
    decisions_.changes.emplace_back(*job.open_range);
}

void Scheduler::write(SlotRecord slot) {
    decisions_.changes.emplace_back(std::move(slot));
}

void Scheduler::touch(const Job &job) {
    decisions_.touched.insert(job.name());
}

// Of all jobs before its own.
const std::optional<Instant> *Scheduler::pause_of(const std::string &job) const {
    for (const std::string &name : {std::string(), job}) {
        const auto pause = pauses_.find(name);
        if (pause != pauses_.end() && (!pause->second || *pause->second > wall_)) {
            return &pause->second;
        }
    }
    return nullptr;
}

bool Scheduler::is_paused(const std::string &job) const {
    return pause_of(job) != nullptr;
}

Result<Scheduler::Job *> Scheduler::find(const std::string &job) const {
    const auto found = jobs_.find(job);
    if (found == jobs_.end() || found->second->is_leaving) {
        return fail(ErrorCode::not_found, fmt::format("there is no job '{}'", job));
    }
    return found->second.get();
}

std::optional<JobView> Scheduler::view(const std::string &job) const {
    const auto found = jobs_.find(job);
    return found == jobs_.end() ? std::nullopt : std::optional(view_of(*found->second));
}

std::vector<JobView> Scheduler::views() const {
    std::vector<JobView> views;
    views.reserve(jobs_.size());
    for (const auto &[name, job] : jobs_) {
        views.push_back(view_of(*job));
    }
    return views;
}

std::optional<JobView> Scheduler::next_up() const {
    for (const auto &[due, name] : by_due_) {
        const JobView view = view_of(*jobs_.find(std::string(name))->second);
        if (view.plan->is_enabled && !view.is_paused) {
            return view;
        }
    }
    return std::nullopt;
}

JobView Scheduler::view_of(const Job &job) const {
    const std::optional<Instant> *pause = pause_of(job.name());
    return {&job.plan,        job.turn ? &*job.turn : nullptr,         job.next, job.due,
            pause != nullptr, pause != nullptr ? *pause : std::nullopt};
}

} // namespace intact::scheduler
