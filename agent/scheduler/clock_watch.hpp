// Judges what the host's clock says: a set clock must neither repeat backups nor silence them.
// Pure decisions.
#pragma once

#include "scheduler/plan.hpp"

#include <optional>

namespace intact::scheduler {

/// What happened to the wall clock between two looks.
enum class ClockEvent : std::uint8_t {
    none,
    suspended, ///< the host slept; the clock is right
    set_forward,
    set_backward,
};

class ClockWatch {
public:
    /// Why nothing is scheduled by this clock.
    enum class Hold : std::uint8_t {
        before_build, ///< it shows a time before this program was made
        far_jump,     ///< it shows more than a year from what it showed before
    };

    /// `known` is the latest time that a ledger tells of, if any.
    ClockWatch(Instant build_date, std::optional<Instant> known, Now now);

    /// A hold ends when the clock is back within a year of what it would show by now.
    ClockEvent look(Now now);
    std::optional<Hold> hold() const { return hold_; }
    /// Somebody who knows says that the clock is right.
    void accept(Now now);

private:
    void judge(Now now);

    Instant build_date_;
    Now last_;
    std::optional<Hold> hold_;
    std::optional<Instant> trusted_; ///< what the clock showed when it was last believed,
    microseconds trusted_at_{0};     ///< and when that was, by the boot clock
};

} // namespace intact::scheduler
