// The variables that a job gives its programs: as text, or where the text is when they start.
// Knows no secret.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace intact::config {

struct VariableValue {
    enum class From {
        text,
        credential,      ///< what a credential of systemd's holds
        credential_path, ///< where it lies
        file,            ///< what a file holds
        command,         ///< what a program writes to stdout
    };
    std::string text{}; ///< as From says: itself, the credential's name, the file's absolute path
    From from = From::text;
    std::vector<std::string> command{}; ///< argv, no shell

    friend bool operator==(const VariableValue &, const VariableValue &) = default;
};

/// By name.
using Variables = std::map<std::string, VariableValue>;

} // namespace intact::config
