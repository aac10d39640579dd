// The one front end to the log. Libraries log at debug or warning only; errors are logged once, at
// the top, by whoever decides the exit code.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace intact::log {

enum class Level { debug, info, warning, error, off };

/// Sends everything at or above `threshold` to stderr, from now on.
void start(Level threshold);
Level threshold();

/// Whoever else writes to stderr (a progress line) lets each message through between its own:
/// `around` is called for each with what writes it, from any thread. Empty: written at once.
void write_within(std::function<void(const std::function<void()> &write)> around);

/// Who takes each message as a whole line instead of stderr itself. Empty: stderr.
void write_to(std::function<void(std::string_view line)> out);

/// A message that programs recognise: its kind, and its figures one by one.
struct Event {
    Level level = Level::info;
    std::string text;
    std::string_view id; ///< 32 hexadecimal digits for each kind, as the journal wants it
    std::vector<std::pair<std::string_view, std::string>> fields; ///< "INTACT_JOB", "etc"
};
void event(const Event &event);

/// What a sink gets of each message. Valid during the call only.
struct Message {
    Level level = Level::info;
    std::string_view text;
    const Event *event = nullptr; ///< none: a plain message
};
/// Who takes each message instead of stderr. Thread: as write_to(); it is called from any thread,
/// one at a time.
void send_to(std::function<void(const Message &)> sink);

void debug(std::string_view message);
void info(std::string_view message);
void warning(std::string_view message);
void error(std::string_view message);

} // namespace intact::log
