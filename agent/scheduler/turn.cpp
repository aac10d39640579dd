// The way of a turn: queued, begun, ended or tried again.
#include "scheduler/turn.hpp"

#include "scheduler/delay.hpp"
#include "scheduler/job.hpp"

#include <array>
#include <fmt/format.h>

namespace intact::scheduler {
namespace {

using catalog::SlotFate;

constexpr std::array<std::string_view, 4> kCauses{"slot", "catch-up", "again", "by-hand"};
constexpr std::array<std::string_view, 4> kPhases{"delayed", "queued", "running", "resting"};
// Doubling for ever would end in never.
constexpr microseconds kLongestRest = std::chrono::hours(24);

microseconds rest_after(unsigned attempts, microseconds first) {
    microseconds rest = first;
    for (unsigned done = 1; done < attempts && rest < kLongestRest; ++done) {
        rest *= 2;
    }
    return std::max(first, std::min(rest, kLongestRest));
}

// Not by when it came into the queue: where there are more slots than runs, none is left for ever.
Instant due_since(const Turn &turn) {
    if (turn.cause == Cause::by_hand || !turn.slot) {
        return Instant::min(); // somebody waits at the terminal
    }
    return to_instant(turn.made_up_for ? turn.made_up_for->first : turn.slot->first);
}

} // namespace

std::string_view name_of(Cause cause) {
    return kCauses[static_cast<std::size_t>(cause)];
}

std::string_view name_of(Phase phase) {
    return kPhases[static_cast<std::size_t>(phase)];
}

void Scheduler::take_turn(Job &job, Cause cause, std::optional<catalog::SlotRecord> slot, Now now) {
    job.open_range.reset();
    job.turn.emplace();
    job.turn->cause = cause;
    if (slot) {
        slot->fate = SlotFate::due;
        slot->reason = cause == Cause::slot ? "" : std::string(name_of(cause));
        job.turn->attempts = slot->attempts;
        write(*slot);
        job.turn->slot = std::move(slot);
    }
    // After an outage a whole fleet would begin at once.
    const bool is_late = cause == Cause::catch_up || cause == Cause::again;
    const microseconds delay =
        is_late ? delay_of(job.plan.schedule->delay, now.wall) : microseconds(0);
    if (delay.count() > 0) {
        sleep(job, Phase::delayed, now.boot + delay);
    } else {
        enqueue(job);
    }
}

void Scheduler::sleep(Job &job, Phase phase, microseconds until) {
    job.turn->phase = phase;
    job.turn->wakes = until;
    by_wake_.emplace(until, job.name());
    touch(job);
}

void Scheduler::enqueue(Job &job) {
    Turn &turn = *job.turn;
    by_wake_.erase({turn.wakes, job.name()});
    turn.phase = Phase::queued;
    turn.key = {due_since(turn), next_arrival_++};
    queue_.emplace(turn.key, &job);
    touch(job);
}

void Scheduler::leave_queue(Job &job) {
    by_wake_.erase({job.turn->wakes, job.name()});
    queue_.erase(job.turn->key);
}

bool Scheduler::has_room_for(const Job &job) const {
    const std::string &filesystem = job.plan.filesystem;
    const auto on = running_on_.find(filesystem);
    return filesystem.empty() || on == running_on_.end() ||
           on->second < setting_.limits.runs_on_filesystem;
}

void Scheduler::start_what_fits(Now now) {
    if (is_draining_) {
        return;
    }
    for (auto waiting = queue_.begin();
         waiting != queue_.end() && running_ < setting_.limits.runs;) {
        Job &job = *(waiting++)->second;
        const bool may_begin = !clock_.hold() || job.turn->cause == Cause::by_hand;
        if (may_begin && has_room_for(job)) {
            leave_queue(job);
            start(job, now);
        }
    }
}

void Scheduler::start(Job &job, Now now) {
    Turn &turn = *job.turn;
    turn.phase = Phase::running;
    turn.run_id = setting_.make_run_id();
    ++turn.attempts;
    ++running_;
    ++running_on_[job.plan.filesystem];
    Start begun{job.name(), turn.run_id, turn.cause, std::nullopt, turn.attempts};
    if (turn.slot) {
        turn.slot->run_id = turn.run_id;
        turn.slot->attempts = turn.attempts;
        turn.slot->decided = to_wall(now.wall);
        begun.slot = to_instant(turn.slot->last);
        write(*turn.slot);
    }
    if (turn.made_up_for) {
        turn.made_up_for->run_id = turn.run_id;
        write(*turn.made_up_for);
    }
    decisions_.starts.push_back(std::move(begun));
    touch(job);
}

void Scheduler::ended(const std::string &name, const RunEnd &end, Now now) {
    const auto found = jobs_.find(name);
    if (found == jobs_.end() || !found->second->turn ||
        found->second->turn->phase != Phase::running) {
        return;
    }
    Job &job = *found->second;
    wall_ = now.wall;
    --running_;
    if (const auto on = running_on_.find(job.plan.filesystem); --on->second == 0) {
        running_on_.erase(on);
    }
    switch (end.kind) {
    case RunEnd::Kind::held_back:
        end_turn(job, SlotFate::skipped, end.reason, now);
        break;
    case RunEnd::Kind::interrupted:
        end_turn(job, SlotFate::due, std::string(catalog::kShutdown), now);
        break;
    case RunEnd::Kind::failed:
        rest_or_end(job, now);
        break;
    case RunEnd::Kind::done:
        end_turn(job, SlotFate::run, "", now);
        break;
    }
    if (job.is_leaving) {
        jobs_.erase(found);
    }
    start_what_fits(now);
}

void Scheduler::rest_or_end(Job &job, Now now) {
    Turn &turn = *job.turn;
    const bool may_retry =
        !turn.is_cancelled && !is_draining_ && !job.is_leaving &&
        turn.attempts <= job.plan.retries &&
        (turn.cause == Cause::by_hand || (job.plan.is_enabled && !is_paused(job.name())));
    if (may_retry) {
        sleep(job, Phase::resting, now.boot + rest_after(turn.attempts, job.plan.retry_delay));
    } else {
        end_turn(job, SlotFate::run, "", now);
    }
}

void Scheduler::end_turn(Job &job, SlotFate fate, const std::string &reason, Now now) {
    if (job.turn->slot) {
        catalog::SlotRecord slot = std::move(*job.turn->slot);
        slot.fate = fate;
        if (fate != SlotFate::run) {
            slot.reason = reason;
        }
        slot.decided = to_wall(now.wall);
        write(std::move(slot));
    }
    job.turn.reset();
    touch(job);
}

// Between two attempts there has been a run.
void Scheduler::drop_waiting(Job &job, const std::string &reason, Now now) {
    leave_queue(job);
    const bool has_run = job.turn->attempts > 0;
    end_turn(job, has_run ? SlotFate::run : SlotFate::skipped, reason, now);
}

Result<> Scheduler::run(const std::string &name, Now now) {
    INTACT_TRY_ASSIGN(Job * job, find(name));
    wall_ = now.wall;
    if (is_draining_) {
        return fail(ErrorCode::cancelled, "the daemon is being stopped: it begins no run");
    }
    if (!job->turn) {
        take_turn(*job, Cause::by_hand, std::nullopt, now);
    } else if (job->turn->phase == Phase::running) {
        return fail(Error(ErrorCode::locked, fmt::format("job '{}' runs already", name))
                        .with_hint(fmt::format("'intact status {}' shows how far it is", name)));
    } else {
        // What waits anyway goes first.
        leave_queue(*job);
        job->turn->cause = Cause::by_hand;
        enqueue(*job);
    }
    start_what_fits(now);
    return {};
}

Cancelled Scheduler::cancel(const std::string &name, Now now) {
    const auto found = jobs_.find(name);
    if (found == jobs_.end() || !found->second->turn) {
        return Cancelled::nothing;
    }
    wall_ = now.wall;
    Job &job = *found->second;
    if (job.turn->phase == Phase::running) {
        job.turn->is_cancelled = true;
        return Cancelled::must_stop;
    }
    drop_waiting(job, "cancelled", now);
    return Cancelled::dropped;
}

} // namespace intact::scheduler
