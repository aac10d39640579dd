#include "metrics/deadline.hpp"

#include "scheduler/delay.hpp"

#include <algorithm>

namespace intact::metrics {
namespace {

using std::chrono::microseconds;

constexpr microseconds kLongestRest = std::chrono::hours(24); // as the scheduler's
constexpr microseconds kLeast = std::chrono::hours(1);
/// Longer than any schedule's gaps; keeps sums of the operator's spans from overflowing.
constexpr microseconds kMost = std::chrono::hours(24 * 366 * 10);

microseconds rests_of(const config::Limits &limits) {
    microseconds sum{0};
    microseconds rest = limits.retry_delay;
    for (unsigned i = 0; i < limits.retries; ++i) {
        sum += std::min(rest, kLongestRest);
        rest = std::min(rest * 2, kLongestRest);
    }
    return sum;
}

microseconds span_of(const Allowance &allowance, const catalog::JobFacts &facts) {
    if (allowance.fixed) {
        return *allowance.fixed;
    }
    if (allowance.longest != microseconds(0)) {
        return allowance.longest;
    }
    microseconds last{0};
    if (facts.last && facts.last->finished) {
        last = std::chrono::floor<microseconds>(*facts.last->finished - facts.last->started);
    }
    return std::max(kLeast, 2 * std::clamp(last, microseconds(0), kMost)) + allowance.rests;
}

} // namespace

Allowance allowance_of(const config::Job &job) {
    Allowance allowance;
    if (job.schedule) {
        allowance.fixed = job.schedule->success_within;
    }
    allowance.rests = rests_of(job.limits);
    if (job.limits.timeout && *job.limits.timeout < kMost) {
        allowance.longest =
            (*job.limits.timeout + job.limits.hooks) * (job.limits.retries + 1) + allowance.rests;
    }
    return allowance;
}

std::optional<WallTime> success_deadline(const scheduler::Schedule &schedule,
                                         const Allowance &allowance,
                                         const catalog::JobFacts &facts) {
    const auto base = std::max(facts.last_success, facts.excused);
    if (!base) {
        return std::nullopt;
    }
    const auto slot = schedule.timetable.next(std::chrono::floor<microseconds>(*base));
    if (!slot) {
        return std::nullopt;
    }
    return slot->at + scheduler::delay_of(schedule.delay, slot->at) +
           std::min(span_of(allowance, facts), kMost);
}

} // namespace intact::metrics
