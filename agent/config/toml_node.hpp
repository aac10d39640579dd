// The only includer of toml++: a parsed document and the places in it. Knows no key.
#pragma once

#include "config/source_text.hpp"

#include <optional>
#include <toml++/toml.h>

namespace intact::config {

/// Errors become one remark, at its place, with a hint for the usual slips.
std::optional<toml::table> parse_toml(const SourceText &text, Remarks &remarks);

Span span_of(const toml::source_region &region, const SourceText &text);
/// Where a remark on a value points: the value itself, but the header of a table.
Span span_of(const toml::key &key, const toml::node &value, const SourceText &text);
/// "a string", "an integer": for "found …".
std::string_view kind_of(const toml::node &value);

} // namespace intact::config
