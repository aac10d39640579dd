// Whether a database's server can be reached. Says nothing to it.
#pragma once

#include "checkup/finding.hpp"
#include "config/job.hpp"

namespace intact::checkup {

/// Connects to where the source says, for 3 s at most beside what finding the host's address takes.
/// Skipped where only the tool knows the place.
Finding check_server(const config::DatabaseSource &source);

} // namespace intact::checkup
