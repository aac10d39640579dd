// What the end of a command means, as its job says. Knows no command.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace intact::config {

enum class Verdict { success, warning, failure };

/// What a command's end and its words on stderr are taken for.
struct ExitRules {
    std::map<int, Verdict> statuses;          ///< by default 0 is success, all else failure
    std::map<int, Verdict> signals;           ///< by default failure
    std::vector<std::string> stderr_warnings; ///< patterns of lines, see formats/pattern.hpp
    std::vector<std::string> stderr_failures;
    std::string reason{}; ///< pattern of lines that say why it failed; the last one counts
};

} // namespace intact::config
