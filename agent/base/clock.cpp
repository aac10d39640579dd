#include "base/clock.hpp"

#include <ctime>
#include <fmt/chrono.h>

namespace intact {
namespace {

class KernelClock final : public Clock {
public:
    WallTime now() const override { return std::chrono::system_clock::now(); }
    SteadyTime steady() const override { return std::chrono::steady_clock::now(); }
};

std::tm utc(WallTime time) {
    const std::time_t seconds =
        std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    return parts;
}

} // namespace

const Clock &system_clock() {
    static const KernelClock clock;
    return clock;
}

std::string file_stamp(WallTime time) {
    return fmt::format("{:%Y%m%dT%H%M%SZ}", utc(time));
}

std::string rfc3339(WallTime time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const auto millis =
        std::chrono::duration_cast<std::chrono::milliseconds>(time - seconds).count();
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", utc(time), millis);
}

} // namespace intact
