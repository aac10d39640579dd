// What is known of a destination, for people and for programs. Knows no terminal.
#pragma once

#include "engine/diagnosis.hpp"

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace intact::cli {

/// A paragraph; `job` empty: a directory of no job.
std::string diagnosis_text(const std::string &job, const engine::Diagnosis &diagnosis);
nlohmann::ordered_json diagnosis_json(const std::string &job, const engine::Diagnosis &diagnosis);

} // namespace intact::cli
