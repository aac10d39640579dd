// The names of signals. Knows no process.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace intact::os {

/// "SIGKILL"; "signal 40" where the C library has no name for it.
std::string signal_name(int signal);
/// The other way round, of names only: "SIGKILL", not "KILL".
std::optional<int> signal_named(std::string_view name);

} // namespace intact::os
