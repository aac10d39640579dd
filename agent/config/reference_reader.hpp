// A reference to a secret, in place of a variable's text: its keys, their types and rules. Knows no
// secret.
#pragma once

#include "config/layer.hpp"
#include "config/toml_node.hpp"

#include <optional>
#include <string>

namespace intact::config {

/// Nothing, and remarks, when it is none. `full` is its name on one line, "source.environment.A";
/// `variable` the variable's own, or empty for a key that is a secret itself: of a credential its
/// content is meant then; `place` where it stands.
std::optional<VariableValue> read_reference(const std::string &full, const std::string &variable,
                                            Span place, const toml::table &table,
                                            const SourceText &text, Remarks &remarks);

} // namespace intact::config
