// Jobs as the lines of the page for a person's browser.
#pragma once

#include "metrics/job_sample.hpp"
#include "metrics/status_page.hpp"

#include <vector>

namespace intact::daemon {

std::vector<metrics::JobLine> status_lines(const std::vector<metrics::JobSample> &samples);

} // namespace intact::daemon
