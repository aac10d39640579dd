// How fast, and for how long still. Pure arithmetic.
#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <deque>
#include <optional>

namespace intact {

/// The rate over the last seconds, so that a stall shows and a burst does not last.
class RateMeter {
public:
    /// A figure that went down begins anew.
    void add(SteadyTime time, std::uint64_t bytes);
    /// 0 until there is something to compare.
    double bytes_per_second() const;
    void restart() { samples_.clear(); }

private:
    struct Sample {
        SteadyTime time;
        std::uint64_t bytes;
    };
    std::deque<Sample> samples_;
};

/// Nothing when the whole is unknown, already passed, or nothing moves.
std::optional<std::chrono::seconds> time_left(std::uint64_t part, std::uint64_t whole, double rate);

} // namespace intact
