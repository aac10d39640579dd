// The one front end to the log. Libraries log at debug or warning only; errors are logged once, at
// the top, by whoever decides the exit code.
#pragma once

#include <string_view>

namespace intact::log {

enum class Level { debug, info, warning, error, off };

/// Sends everything at or above `threshold` to stderr. Thread: call before any other thread exists.
void start(Level threshold);

void debug(std::string_view message);
void info(std::string_view message);
void warning(std::string_view message);
void error(std::string_view message);

} // namespace intact::log
