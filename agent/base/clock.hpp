// Wall-clock and monotonic time behind a seam, so that tests set it. Knows no schedule.
#pragma once

#include <chrono>
#include <string>

namespace intact {

using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;
using SteadyTime = std::chrono::steady_clock::time_point;

class Clock {
public:
    virtual ~Clock() = default;
    virtual WallTime now() const = 0;
    virtual SteadyTime steady() const = 0;
};

/// The kernel's clocks.
const Clock &system_clock();

/// "20261122T020000Z": the form used in file names, whole seconds, UTC.
std::string file_stamp(WallTime time);
/// "2026-11-22T02:00:00.123Z" (RFC 3339, milliseconds, UTC): the form used in manifest and JSON.
std::string rfc3339(WallTime time);

} // namespace intact
