// What jobs do and when they are due, as people and programs read it. Knows no terminal.
#pragma once

#include "control/state.hpp"

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace intact::cli {

/// "running, source 41 %, 12.3 MiB/s".
std::string doing_text(const control::JobState &state);
/// A line a job.
std::string job_table(const std::vector<control::JobState> &states);
/// Of one job, a line a fact.
std::string job_text(const control::JobState &state);
/// "intactd 0.1.0: 3 jobs, 1 running, none waiting", and what is out of order.
std::string agent_text(const control::AgentState &state);

nlohmann::ordered_json to_json(const control::JobState &state);
nlohmann::ordered_json to_json(const control::AgentState &state);

} // namespace intact::cli
