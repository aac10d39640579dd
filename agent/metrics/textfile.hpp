// Metrics as a file for node_exporter's textfile collector, for hosts where nothing may listen.
// Source: node_exporter's README, "Textfile Collector".
#pragma once

#include "base/error.hpp"

#include <string>

namespace intact::metrics {

/// The whole file or none: written beside it, synced, renamed; mode 0644, since another user reads
/// it. Errors: not_found when its directory is missing; permission_denied; read_only; no_space; io.
Result<> write_textfile(const std::string &path, const std::string &text);

} // namespace intact::metrics
