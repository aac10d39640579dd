#include "scheduler/clock_watch.hpp"

namespace intact::scheduler {
namespace {

constexpr microseconds kYear = std::chrono::hours(24 * 366);
// A clock that is slewed stays far below; one that is stepped by less makes no run late.
constexpr microseconds kStep = std::chrono::seconds(2);

microseconds distance(Instant a, Instant b) {
    return a < b ? b - a : a - b;
}

} // namespace

ClockWatch::ClockWatch(Instant build_date, std::optional<Instant> known, Now now)
    : build_date_(build_date), last_(now), trusted_(known), trusted_at_(now.boot) {
    judge(now);
}

ClockEvent ClockWatch::look(Now now) {
    const Instant expected = last_.wall + (now.boot - last_.boot);
    const bool slept = (now.boot - last_.boot) - (now.awake - last_.awake) > kStep;
    last_ = now;
    judge(now);
    if (distance(now.wall, expected) <= kStep) {
        return slept ? ClockEvent::suspended : ClockEvent::none;
    }
    return now.wall > expected ? ClockEvent::set_forward : ClockEvent::set_backward;
}

void ClockWatch::accept(Now now) {
    trusted_.reset();
    last_ = now;
    judge(now);
}

void ClockWatch::judge(Now now) {
    if (now.wall < build_date_) {
        hold_ = Hold::before_build;
    } else if (trusted_ && distance(now.wall, *trusted_ + (now.boot - trusted_at_)) > kYear) {
        hold_ = Hold::far_jump;
    } else {
        hold_.reset();
        trusted_ = now.wall;
        trusted_at_ = now.boot;
    }
}

} // namespace intact::scheduler
