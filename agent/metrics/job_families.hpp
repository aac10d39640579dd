// The series of jobs: one table says of each what it is called, what it means and where it comes
// from. Each job has all of them from the first scrape on.
#pragma once

#include "metrics/exposition.hpp"
#include "metrics/job_sample.hpp"

#include <span>

namespace intact::metrics {

struct JobFamily {
    SeriesFamily family;
    void (*add)(const JobSample &job, Exposition &to); ///< within the family that has begun
};

/// In the order in which they are written.
std::span<const JobFamily> job_families();

} // namespace intact::metrics
