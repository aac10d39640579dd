// What became of the times at which a job was due: the values the scheduler decides, the catalog
// keeps and people read.
#pragma once

#include "base/clock.hpp"
#include "base/outcome.hpp"
#include "catalog/run_record.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace intact::catalog {

enum class SlotFate : std::uint8_t {
    due,     ///< it waits for its run, or the run is on: not settled yet
    run,     ///< a run was made for it, whatever its outcome
    missed,  ///< nobody was there to begin a run in time
    skipped, ///< somebody was, and left it out on purpose
};
std::string_view name_of(SlotFate fate);
std::optional<SlotFate> slot_fate_named(std::string_view name);

/// The reason of a due slot whose run was stopped with the daemon: another is to be made for it,
/// whatever that one came to.
inline constexpr std::string_view kShutdown = "shutdown";

/// Consecutive slots of one job that share a fate: one, or all that were missed while the host was
/// off. Known by its job and its first slot.
struct SlotRecord {
    std::string job;
    WallTime first{};
    WallTime last{};
    std::uint64_t count = 1; ///< of slots from first to last; 0: more than anybody counted
    SlotFate fate = SlotFate::due;
    std::string reason;    ///< one word, empty for a plain run: "off", "overlap", "ac_power"
    std::string run_id;    ///< of the last attempt; of a missed one: the run that made up for it
    unsigned attempts = 0; ///< runs begun for it
    WallTime decided{};

    friend bool operator==(const SlotRecord &, const SlotRecord &) = default;
};

/// The job is scheduled since then: no slot before it counts.
struct JobSeen {
    std::string job;
    WallTime since{};
};
/// The job is no longer scheduled; what became of its slots stays.
struct JobForgotten {
    std::string job;
};
struct PauseBegun {
    std::string job; ///< empty: all jobs
    std::optional<WallTime> until;
};
struct PauseEnded {
    std::string job;
};
/// The clock had been ahead: what was decided for times after this one never was.
struct ClockTurnedBack {
    WallTime to{};
};
/// A run ended, and may have left no row: one that could not be begun, or not written.
using LedgerChange = std::variant<SlotRecord, JobSeen, JobForgotten, PauseBegun, PauseEnded,
                                  ClockTurnedBack, RunRecord>;

/// Where a job's account stands.
struct JobAccount {
    WallTime since{};
    std::optional<WallTime> settled; ///< the last slot that has a record
    /// Slots in the scheduler's hands when it ended, oldest first, and what their runs came to.
    struct Open {
        SlotRecord slot;
        std::optional<Outcome> outcome; ///< none: no such run was begun
    };
    std::vector<Open> open;
};

struct Ledger {
    std::map<std::string, JobAccount> jobs;
    std::map<std::string, std::optional<WallTime>> pauses; ///< job, or "" for all, until when
    std::optional<WallTime> latest; ///< the last time that anything was due or seen
};

} // namespace intact::catalog
