// The account of a job's values: each as TOML spells it, with the file and line it came from.
// Knows no TOML reader.
#pragma once

#include "config/config.hpp"
#include "config/layer.hpp"

namespace intact::config {

/// One variable of source.environment or hooks.environment, from the job's file or from [defaults].
struct Variable {
    std::string name;
    VariableValue value;
    std::string file;
    unsigned line = 0;
};
/// Of the key, merged per name, sorted by it.
std::vector<Variable> environment_of(const Effective &values, std::string_view key);

/// Every key that has a meaning for this job, in the order of the manual.
std::vector<Setting> settings_of(const Job &job, const Effective &values);

} // namespace intact::config
