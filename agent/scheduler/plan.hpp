// What the scheduler needs to know of a job, and of itself. Knows no source and no destination.
#pragma once

#include "schedule/timetable.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace intact::scheduler {

using schedule::Instant;
using std::chrono::microseconds;

/// All clocks at one moment.
struct Now {
    Instant wall;          ///< CLOCK_REALTIME
    microseconds boot{0};  ///< CLOCK_BOOTTIME: counts a suspended host's time
    microseconds awake{0}; ///< CLOCK_MONOTONIC: does not
};

enum class DelayKind : std::uint8_t {
    stable, ///< the same for every slot, by host and job
    fresh,  ///< another for every slot
};

struct Delay {
    microseconds longest{0};
    DelayKind kind = DelayKind::stable;
    std::uint64_t seed = 0; ///< of host and job, see delay_seed()
};

/// When a job is due. Two that are equal in `identity` have the same slots.
struct Schedule {
    schedule::Timetable timetable;
    std::string identity;
    Delay delay;
    bool catch_up = true;
    microseconds catch_up_window =
        microseconds::max(); ///< how late a slot may still be made up for
};

struct Plan {
    std::string job;
    bool is_enabled = true;
    std::optional<Schedule> schedule; ///< none: runs when told to
    unsigned retries = 0;
    microseconds retry_delay = std::chrono::minutes(5); ///< doubles with each
    std::string filesystem; ///< that it writes to, in any words; empty: none that others write to
};

struct Limits {
    unsigned runs = 2;               ///< at once
    unsigned runs_on_filesystem = 1; ///< at once, writing to the same one
};

} // namespace intact::scheduler
