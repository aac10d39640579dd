// From argv to typed arguments, or to what is to be said instead. The only place that knows CLI11.
#pragma once

#include "cli/arguments.hpp"

#include <string>
#include <tl/expected.hpp>

namespace intact::cli {

/// Help, the version, or a usage error: nothing is left to be done but to say it.
struct Answer {
    int exit_code = 0;
    std::string out;
    std::string error; ///< goes to stderr
};

tl::expected<CommandLine, Answer> parse_command_line(int argc, const char *const *argv);

/// "intact 0.1.0".
std::string version_text();

} // namespace intact::cli
