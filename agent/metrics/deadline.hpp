// When a job's success is overdue: the one number that an alert needs, whatever the cadence.
// Pure arithmetic.
#pragma once

#include "catalog/job_facts.hpp"
#include "config/job.hpp"
#include "scheduler/plan.hpp"

#include <chrono>
#include <optional>

namespace intact::metrics {

/// How long after the time at which it begins a run may take to succeed.
struct Allowance {
    std::optional<std::chrono::microseconds> fixed; ///< schedule.success_within
    std::chrono::microseconds longest{0};           ///< all attempts and rests; 0: no limit is set
    std::chrono::microseconds rests{0};             ///< between attempts
};
Allowance allowance_of(const config::Job &job);

/// The first slot after the last success (or after what excused the job from one), with its delay,
/// and the allowance: schedule.success_within, else what run.timeout and the retries allow, else an
/// hour, or twice as long as the last run took when that is more. Nothing: no slot is to come, or
/// the job has never been scheduled yet.
std::optional<WallTime> success_deadline(const scheduler::Schedule &schedule,
                                         const Allowance &allowance,
                                         const catalog::JobFacts &facts);

} // namespace intact::metrics
