// What the usual slips against TOML's grammar look like. Knows no key and no parser.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace intact::config {

/// Advice on a line that does not parse, or "". `offset` is the byte at which the parser stopped.
std::string syntax_hint(std::string_view line, std::size_t offset);

} // namespace intact::config
