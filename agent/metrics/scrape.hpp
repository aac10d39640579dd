// All series at one moment, written down piece by piece: however many jobs there are, no piece
// keeps the loop long, and no memory holds them all. Knows no HTTP.
#pragma once

#include "metrics/exposition.hpp"
#include "metrics/job_sample.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace intact::metrics {

/// Why the jobs' series are no objects of the registry: five thousand jobs have half a million of
/// them, all of which the catalog and the scheduler hold already.
class Scrape {
public:
    /// `agent`: what AgentMetrics wrote in that dialect.
    Scrape(Dialect dialect, std::string agent, std::vector<JobSample> jobs);

    /// The next piece, of about 64 KiB; "" at the end.
    std::string next();

private:
    Exposition text_;
    std::string agent_;
    const std::vector<JobSample> jobs_;
    std::size_t family_ = 0;
    std::size_t job_ = 0;
    bool has_begun_ = false; ///< the family
    bool is_ended_ = false;
};

/// All pieces in one.
std::string whole(Scrape scrape);

} // namespace intact::metrics
