// Finds keys nested so deep that parsing them would exhaust the stack. Knows just enough of TOML.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace intact::config {

/// The byte at which a dotted key has more parts than any configuration of ours.
/// toml++ 3.3 bounds nested values at 256 but not the dots of a key, and both build and free the
/// tables by recursion: half a million dots in one line overflow the stack.
std::optional<std::size_t> find_deep_key(std::string_view toml);

} // namespace intact::config
