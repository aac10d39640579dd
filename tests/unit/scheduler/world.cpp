#include "world.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace intact::scheduler::test {

using catalog::SlotFate;
using catalog::SlotRecord;

Instant instant(std::string_view rfc3339) {
    return schedule::Zone::named("UTC").value().read(rfc3339).value();
}

Plan plan_of(const std::string &job, const std::string &calendar, const std::string &zone) {
    Plan plan;
    plan.job = job;
    plan.schedule = Schedule{{{schedule::Calendar::parse(calendar).value()},
                              schedule::Zone::named(zone).value(),
                              schedule::DstGap::run_after},
                             calendar + " " + zone,
                             {}};
    return plan;
}

namespace {

struct Applier {
    Tables &tables;

    void operator()(const SlotRecord &slot) const { tables.slots[{slot.job, slot.first}] = slot; }
    void operator()(const catalog::JobSeen &seen) const { tables.since[seen.job] = seen.since; }
    void operator()(const catalog::JobForgotten &gone) const { tables.since.erase(gone.job); }
    void operator()(const catalog::PauseBegun &pause) const {
        tables.pauses[pause.job] = pause.until;
    }
    void operator()(const catalog::PauseEnded &pause) const { tables.pauses.erase(pause.job); }
    void operator()(const catalog::RunRecord &) const {} // the daemon's, not the scheduler's
    void operator()(const catalog::ClockTurnedBack &turned) const {
        std::erase_if(tables.slots,
                      [&](const auto &entry) { return entry.second.first > turned.to; });
        for (auto &[key, slot] : tables.slots) {
            slot.last = std::min(slot.last, turned.to);
            slot.decided = std::min(slot.decided, turned.to);
        }
        for (auto &[job, since] : tables.since) {
            since = std::min(since, turned.to);
        }
    }
};

} // namespace

void Tables::apply(const catalog::LedgerChange &change) {
    std::visit(Applier{*this}, change);
}

catalog::Ledger Tables::ledger(const std::map<std::string, Outcome> &outcomes) const {
    catalog::Ledger ledger;
    ledger.pauses = pauses;
    for (const auto &[job, at] : since) {
        ledger.jobs[job].since = at;
        ledger.latest = std::max(ledger.latest.value_or(at), at);
    }
    for (const auto &[key, slot] : slots) {
        ledger.latest = std::max(ledger.latest.value_or(slot.last), slot.last);
        const auto account = ledger.jobs.find(slot.job);
        if (account == ledger.jobs.end()) {
            continue;
        }
        auto &settled = account->second.settled;
        settled = std::max(settled.value_or(slot.last), slot.last);
        if (slot.fate == SlotFate::due) {
            const auto outcome = outcomes.find(slot.run_id);
            account->second.open.push_back(
                {slot, outcome == outcomes.end() ? std::nullopt : std::optional(outcome->second)});
        }
    }
    return ledger;
}

std::vector<SlotRecord> Tables::of(const std::string &job) const {
    std::vector<SlotRecord> found;
    for (auto at = slots.lower_bound({job, WallTime::min()});
         at != slots.end() && at->first.first == job; ++at) {
        found.push_back(at->second);
    }
    return found;
}

World::World(Instant wall, Limits limits) : limits_(limits) {
    now_.wall = wall;
}

void World::boot(std::vector<Plan> plans) {
    ++disturbances_;
    scheduler_ = std::make_unique<Scheduler>(
        Scheduler::Setting{limits_, instant("2020-01-01"),
                           [this] { return fmt::format("run{}", next_run_++); }},
        tables_.ledger(outcomes_), now_);
    scheduler_->configure(std::move(plans), {}, limits_, now_);
    settle();
}

void World::reload(std::vector<Plan> plans) {
    scheduler_->configure(std::move(plans), {}, limits_, now_);
    settle();
}

void World::stop_run(const std::string &job, RunEnd::Kind kind, const std::string &reason) {
    const Running running = running_.at(job);
    running_.erase(job);
    outcomes_[running.start.run_id] = Outcome::cancelled;
    if (kind == RunEnd::Kind::interrupted) {
        allow_another(running.start);
    }
    scheduler_->ended(job, {kind, reason}, now_);
    settle();
}

void World::allow_another(const Start &start) {
    if (start.slot) {
        settled_by_.erase({start.job, *start.slot});
    }
}

void World::crash() {
    scheduler_.reset();
    for (const auto &[job, running] : running_) {
        outcomes_[running.start.run_id] = Outcome::interrupted;
        allow_another(running.start);
    }
    running_.clear();
}

void World::settle() {
    if (!scheduler_) {
        return;
    }
    if (!scheduler_->hold()) {
        latest_ = std::max(latest_, now_.wall);
    }
    const Decisions decisions = scheduler_->take();
    for (const auto &change : decisions.changes) {
        tables_.apply(change);
    }
    for (const Start &start : decisions.starts) {
        begin(start);
    }
}

void World::begin(const Start &start) {
    const std::string filesystem = scheduler_->view(start.job)->plan->filesystem;
    const auto same = std::count_if(running_.begin(), running_.end(), [&](const auto &entry) {
        return !filesystem.empty() && entry.second.filesystem == filesystem;
    });
    if (running_.contains(start.job)) {
        complaints_.push_back(start.job + ": two runs at once");
    }
    if (running_.size() >= limits_.runs) {
        complaints_.push_back(start.job + ": more runs than the limit");
    }
    if (same >= limits_.runs_on_filesystem) {
        complaints_.push_back(start.job + ": too many runs on " + filesystem);
    }
    // What was due when the clock was set back stays due.
    if (start.slot && *start.slot > latest_) {
        complaints_.push_back(start.job + ": before its time");
    }
    if (start.slot &&
        !settled_by_.emplace(std::pair(start.job, *start.slot), start.run_id).second) {
        complaints_.push_back(
            fmt::format("{}: {} has had its run", start.job, schedule::utc_text(*start.slot)));
    }
    if (start.cause == Cause::catch_up && start.attempt == 1) {
        const auto before = caught_up_.find(start.job);
        if (before != caught_up_.end() && before->second == disturbances_) {
            complaints_.push_back(start.job + ": caught up twice after the same disturbance");
        }
        caught_up_[start.job] = disturbances_;
    }
    const microseconds range = runs.longest - runs.shortest;
    const microseconds span =
        runs.shortest +
        (range.count() > 0
             ? microseconds((static_cast<std::int64_t>(next_run_) * 7'919'000'017) % range.count())
             : microseconds(0));
    running_[start.job] = {start, now_.awake + span, filesystem};
    outcomes_[start.run_id] = Outcome::running;
    begun_.push_back({start, now_.wall, now_.wall + span});
}

void World::end_runs() {
    std::vector<Running> over;
    for (const auto &[job, running] : running_) {
        if (running.ends <= now_.awake) {
            over.push_back(running);
        }
    }
    for (const Running &running : over) {
        const Start &start = running.start;
        running_.erase(start.job);
        const bool fails = runs.fails != 0 && begun_.size() % runs.fails == 0;
        outcomes_[start.run_id] = fails ? Outcome::failure : Outcome::success;
        if (fails) {
            allow_another(start);
        }
        scheduler_->ended(start.job, {fails ? RunEnd::Kind::failed : RunEnd::Kind::done, ""}, now_);
        settle();
    }
}

std::optional<microseconds> World::span_to_next_event() const {
    if (!scheduler_) {
        return std::nullopt;
    }
    std::optional<microseconds> next;
    const auto consider = [&next](microseconds span) {
        next = std::min(next.value_or(span), std::max(span, microseconds(0)));
    };
    const Wake wake = scheduler_->next_wake();
    if (wake.wall) {
        consider(*wake.wall - now_.wall);
    }
    if (wake.boot) {
        consider(*wake.boot - now_.boot);
    }
    for (const auto &[job, running] : running_) {
        consider(running.ends - now_.awake);
    }
    return next;
}

void World::pass(microseconds span) {
    while (span.count() > 0) {
        const microseconds step = std::min(span, span_to_next_event().value_or(span));
        now_.wall += step;
        now_.boot += step;
        now_.awake += step;
        span -= step;
        if (scheduler_) {
            end_runs();
            scheduler_->tick(now_);
            settle();
        }
    }
}

void World::suspend(microseconds span) {
    ++disturbances_;
    now_.wall += span;
    now_.boot += span;
    if (scheduler_) {
        scheduler_->tick(now_);
        settle();
    }
}

void World::set_clock(microseconds by) {
    ++disturbances_;
    now_.wall += by;
    if (scheduler_) {
        scheduler_->tick(now_);
        settle();
    }
}

std::vector<World::Begun> World::begun_of(const std::string &job) const {
    std::vector<Begun> found;
    std::copy_if(begun_.begin(), begun_.end(), std::back_inserter(found),
                 [&](const Begun &one) { return one.start.job == job; });
    return found;
}

} // namespace intact::scheduler::test
