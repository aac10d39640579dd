// A host with a scheduler on it, whose clocks, outages and runs a test makes up. It keeps the
// ledger as the catalog would, and complains of whatever must never happen.
#pragma once

#include "scheduler/scheduler.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace intact::scheduler::test {

using schedule::Instant;
using std::chrono::microseconds;

Instant instant(std::string_view rfc3339);

/// A plan for "CALENDAR [ZONE]", as the configuration would give it.
Plan plan_of(const std::string &job, const std::string &calendar, const std::string &zone = "UTC");

/// What the ledger keeps, as tables.
struct Tables {
    std::map<std::pair<std::string, WallTime>, catalog::SlotRecord> slots;
    std::map<std::string, WallTime> since;
    std::map<std::string, std::optional<WallTime>> pauses;

    void apply(const catalog::LedgerChange &change);
    catalog::Ledger ledger(const std::map<std::string, Outcome> &outcomes) const;
    std::vector<catalog::SlotRecord> of(const std::string &job) const;
};

class World {
public:
    World(Instant wall, Limits limits);

    void boot(std::vector<Plan> plans);
    void reload(std::vector<Plan> plans);
    /// The run of a job ends now, so.
    void stop_run(const std::string &job, RunEnd::Kind kind, const std::string &reason = "");
    /// The daemon is gone at once; what ran is interrupted.
    void crash();
    bool is_up() const { return scheduler_ != nullptr; }
    Scheduler &scheduler() { return *scheduler_; }

    /// Time passes, with the daemon doing what is due on the way.
    void pass(microseconds span);
    void suspend(microseconds span);
    void set_clock(microseconds by);
    /// After anything that was asked of the scheduler: starts runs, writes the ledger.
    void settle();

    Now now() const { return now_; }
    /// Between one and `longest` for each run that begins; every `fails`th fails (0: none).
    struct Runs {
        microseconds shortest{std::chrono::minutes(1)};
        microseconds longest{std::chrono::minutes(1)};
        unsigned fails = 0;
    } runs;

    struct Begun {
        Start start;
        Instant at;
        Instant ends;
    };
    const std::vector<Begun> &begun() const { return begun_; }
    std::vector<Begun> begun_of(const std::string &job) const;
    const Tables &tables() const { return tables_; }
    const std::vector<std::string> &complaints() const { return complaints_; }

private:
    void begin(const Start &start);
    void end_runs();
    void allow_another(const Start &start);
    std::optional<microseconds> span_to_next_event() const;

    Limits limits_;
    Now now_;
    Instant latest_; ///< that the scheduler took for right
    Tables tables_;
    std::unique_ptr<Scheduler> scheduler_;
    std::map<std::string, Outcome> outcomes_; ///< by run id
    struct Running {
        Start start;
        microseconds ends; ///< by the clock that stands still in suspend
        std::string filesystem;
    };
    std::map<std::string, Running> running_;                            ///< by job
    std::map<std::pair<std::string, Instant>, std::string> settled_by_; ///< slot to run id
    /// Outages, sleeps and set clocks so far, and how many there had been at a job's last catch-up.
    unsigned disturbances_ = 0;
    std::map<std::string, unsigned> caught_up_;
    std::vector<Begun> begun_;
    std::vector<std::string> complaints_;
    unsigned long next_run_ = 0;
};

} // namespace intact::scheduler::test
