// Values as TOML spells them. Knows no key.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace intact::config {

/// A basic string, in quotes. Source: TOML 1.0, String.
std::string toml_text(std::string_view text);
std::string toml_text(const std::vector<std::string> &texts);

} // namespace intact::config
