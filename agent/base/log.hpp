// The one front end to the log. Libraries log at debug or warning only; errors are logged once, at
// the top, by whoever decides the exit code.
#pragma once

#include <functional>
#include <string_view>

namespace intact::log {

enum class Level { debug, info, warning, error, off };

/// Sends everything at or above `threshold` to stderr. Thread: call before any other thread exists.
void start(Level threshold);

/// Whoever else writes to stderr (a progress line) lets each message through between its own:
/// `around` is called for each with what writes it, from any thread. Empty: written at once.
void write_within(std::function<void(const std::function<void()> &write)> around);

/// Who takes each message as a whole line instead of stderr itself. Empty: stderr.
void write_to(std::function<void(std::string_view line)> out);

void debug(std::string_view message);
void info(std::string_view message);
void warning(std::string_view message);
void error(std::string_view message);

} // namespace intact::log
