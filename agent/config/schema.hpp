// The table of keys as JSON Schema, for editors: what they check and complete while a file is
// written. Knows no file; `intact check` stays the judge.
#pragma once

#include <string>

namespace intact::config {

/// Of a job's file; draft 7, ends with a newline. Same bytes for the same table.
std::string job_schema();
/// Of intact.toml, [defaults] included.
std::string agent_schema();

} // namespace intact::config
