// A secret that a program gives on stdout. Knows no variable.
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <string>
#include <vector>

namespace intact::source {

/// Runs it as the command of a source is run, see run_command(), without variables. Errors:
/// credential_failed with the last line of stderr; also after `timeout`, above `limit` bytes, and
/// where it does not start; cancelled by the stop. Thread: must stay until it has ended.
Result<std::string> read_secret_command(const std::vector<std::string> &command, std::size_t limit,
                                        const std::stop_token &stop,
                                        std::chrono::milliseconds timeout);

} // namespace intact::source
