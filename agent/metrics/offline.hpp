// The series of all jobs without a daemon: what the configuration and the catalog know.
#pragma once

#include "base/clock.hpp"
#include "config/config.hpp"
#include "metrics/exposition.hpp"

#include <string>

namespace intact::metrics {

/// All of it, in that dialect. Whether jobs run or wait is not known; nothing is asked of them.
/// The catalog need not be there. `host`: its name.
/// Errors: catalog_failed.
Result<std::string> offline_text(const config::Configuration &configuration,
                                 const std::string &state_dir, const std::string &host,
                                 WallTime now, Dialect dialect);

} // namespace intact::metrics
