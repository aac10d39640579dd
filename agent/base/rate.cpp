#include "base/rate.hpp"

#include <cmath>

namespace intact {
namespace {

constexpr std::chrono::seconds kWindow{5};
constexpr double kLongestSeconds = 1e8; // three years: beyond it nobody knows anything

} // namespace

void RateMeter::add(SteadyTime time, std::uint64_t bytes) {
    if (!samples_.empty() && bytes < samples_.back().bytes) {
        samples_.clear();
    }
    samples_.push_back({time, bytes});
    // The oldest that is kept is just outside of the window, so that the window is always full.
    while (samples_.size() > 2 && time - samples_[1].time >= kWindow) {
        samples_.pop_front();
    }
}

double RateMeter::bytes_per_second() const {
    if (samples_.size() < 2) {
        return 0;
    }
    const std::chrono::duration<double> span = samples_.back().time - samples_.front().time;
    const auto bytes = static_cast<double>(samples_.back().bytes - samples_.front().bytes);
    return span.count() > 0 ? bytes / span.count() : 0;
}

std::optional<std::chrono::seconds> time_left(std::uint64_t part, std::uint64_t whole,
                                              double rate) {
    if (whole <= part || rate <= 0) {
        return std::nullopt;
    }
    const double seconds = static_cast<double>(whole - part) / rate;
    if (seconds > kLongestSeconds) {
        return std::nullopt;
    }
    return std::chrono::seconds(std::llround(seconds));
}

} // namespace intact
