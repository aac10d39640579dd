#include "control/state.hpp"

namespace intact::control {
namespace {

using systemd::BusFacts;

// Of every fact that there may be, both ways: one list for him who writes and him who reads.
class Writer {
public:
    explicit Writer(BusFacts &facts) : facts_(facts) {}

    template <typename T>
    void fact(const char *name, const T &value) {
        facts_[name] = value;
    }
    void text(const char *name, const std::string &value) {
        if (!value.empty()) {
            facts_[name] = value;
        }
    }
    void time(const char *name, const std::optional<WallTime> &value) {
        if (value) {
            facts_[name] = to_usec(*value);
        }
    }

private:
    BusFacts &facts_;
};

class Reader {
public:
    explicit Reader(const BusFacts &facts) : facts_(facts) {}

    template <typename T>
    void fact(const char *name, T &value) const {
        const auto found = facts_.find(name);
        if (found != facts_.end() && std::holds_alternative<T>(found->second)) {
            value = std::get<T>(found->second);
        }
    }
    void text(const char *name, std::string &value) const { fact(name, value); }
    void time(const char *name, std::optional<WallTime> &value) const {
        if (std::uint64_t usec = 0; has(name)) {
            fact(name, usec);
            value = from_usec(usec);
        }
    }
    bool has(const char *name) const { return facts_.contains(name); }

private:
    const BusFacts &facts_;
};

template <typename Visitor, typename State>
void visit_agent(Visitor &&visitor, State &state) {
    visitor.fact("Version", state.version);
    visitor.fact("JobCount", state.jobs);
    visitor.fact("BrokenCount", state.broken);
    visitor.fact("RunningCount", state.running);
    visitor.fact("WaitingCount", state.waiting);
    visitor.fact("Paused", state.is_paused);
    visitor.fact("Stopping", state.is_stopping);
    visitor.fact("ClockHold", state.clock_hold);
    visitor.fact("NextJob", state.next_job);
    visitor.time("NextDue", state.next_due);
    visitor.time("Loaded", state.loaded);
}

template <typename Visitor, typename State>
void visit_moving(Visitor &visitor, State &moving) {
    visitor.text("Stage", moving.stage);
    visitor.fact("BytesRead", moving.bytes_read);
    visitor.fact("BytesWritten", moving.bytes_written);
    visitor.fact("BytesExpected", moving.expected_bytes);
    visitor.fact("BytesPerSecond", moving.bytes_per_second);
    visitor.fact("Entries", moving.entries);
}

template <typename Visitor, typename State>
void visit_job(Visitor &&visitor, State &state) {
    visitor.fact("Enabled", state.is_enabled);
    visitor.fact("Paused", state.is_paused);
    visitor.time("PausedUntil", state.paused_until);
    visitor.fact("Phase", state.phase);
    visitor.text("Cause", state.cause);
    visitor.text("RunId", state.run_id);
    visitor.fact("Attempt", state.attempt);
    visitor.time("NextSlot", state.next_slot);
    visitor.time("NextDue", state.next_due);
    visitor.time("LastSuccess", state.last_success);
    visitor.fact("Suspicious", state.is_suspicious);
}

} // namespace

std::uint64_t to_usec(WallTime time) {
    return static_cast<std::uint64_t>(
        std::chrono::floor<std::chrono::microseconds>(time).time_since_epoch().count());
}

WallTime from_usec(std::uint64_t usec) {
    return WallTime(std::chrono::microseconds(usec));
}

// Nobody saw the end of one that was interrupted.
LastRun last_run_of(const catalog::EndedRun &run) {
    return {run.run_id, std::string(name_of(run.outcome)), run.failure,
            run.finished.value_or(run.started)};
}

BusFacts facts_of(const JobState &state) {
    BusFacts facts;
    Writer writer(facts);
    visit_job(writer, state);
    if (state.moving) {
        visit_moving(writer, *state.moving);
    }
    if (state.last) {
        writer.fact("LastRunId", state.last->run_id);
        writer.fact("LastOutcome", state.last->outcome);
        writer.text("LastFailure", state.last->failure);
        writer.time("LastEnd", state.last->ended);
    }
    return facts;
}

JobState job_state_in(const std::string &job, const BusFacts &facts) {
    JobState state;
    state.job = job;
    const Reader reader(facts);
    visit_job(reader, state);
    if (reader.has("BytesRead")) {
        visit_moving(reader, state.moving.emplace());
    }
    if (reader.has("LastRunId")) {
        LastRun &last = state.last.emplace();
        reader.fact("LastRunId", last.run_id);
        reader.fact("LastOutcome", last.outcome);
        reader.text("LastFailure", last.failure);
        std::optional<WallTime> ended;
        reader.time("LastEnd", ended);
        last.ended = ended.value_or(WallTime());
    }
    return state;
}

BusFacts facts_of(const AgentState &state) {
    BusFacts facts;
    visit_agent(Writer(facts), state);
    return facts;
}

AgentState agent_state_in(const BusFacts &facts) {
    AgentState state;
    visit_agent(Reader(facts), state);
    return state;
}

} // namespace intact::control
