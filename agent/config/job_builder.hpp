// From checked values to the job they make, and the account of where each value came from.
// Knows no TOML; reports nothing: rules.hpp has done so.
#pragma once

#include "config/config.hpp"
#include "config/layer.hpp"

#include <cstdint>

namespace intact::config {

/// Whether LoadedJob::settings is filled: it takes more time and memory than all else of a job.
enum class Account : std::uint8_t { kept, left_out };

/// Only for values on which check_job() had no error to report.
LoadedJob build_job(const std::string &name, const Effective &values, Account account);

DaemonSettings build_daemon_settings(const Layer &agent);

} // namespace intact::config
