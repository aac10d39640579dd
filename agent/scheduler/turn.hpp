// A job's turn: from the moment a run of it is wanted to the end of its last attempt.
#pragma once

#include "catalog/slot_record.hpp"
#include "scheduler/plan.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace intact::scheduler {

enum class Cause : std::uint8_t {
    slot,     ///< its time has come
    catch_up, ///< its time came while nobody could begin it
    again,    ///< the run for it was interrupted with the daemon
    by_hand,
};
std::string_view name_of(Cause cause);

enum class Phase : std::uint8_t {
    delayed, ///< a catch-up waits for the delay of its job
    queued,  ///< waits for room
    running,
    resting, ///< between two attempts
};
std::string_view name_of(Phase phase);

/// By hand first, then what has been due for longest, then who came first.
struct QueueKey {
    Instant due_since;
    std::uint64_t arrival = 0;

    friend auto operator<=>(const QueueKey &, const QueueKey &) = default;
};

struct Turn {
    Phase phase = Phase::queued;
    Cause cause = Cause::slot;
    std::optional<catalog::SlotRecord> slot; ///< none: by hand
    /// The older slots that the same run makes up for.
    std::optional<catalog::SlotRecord> made_up_for;
    QueueKey key;          ///< lower goes first
    microseconds wakes{0}; ///< by the boot clock: the end of a delay or rest
    std::string run_id;    ///< of the latest attempt
    unsigned attempts = 0; ///< begun so far
    bool is_cancelled = false;
};

} // namespace intact::scheduler
