// One value: its type, its range and the rules of its row in the key table. Knows no other value.
#pragma once

#include "config/layer.hpp"
#include "config/toml_node.hpp"

#include <optional>

namespace intact::config {

/// Nothing, and a remark, when the value is not what the key takes.
std::optional<Value> read_value(const Key &key, const toml::key &name, const toml::node &node,
                                const SourceText &text, Remarks &remarks);

} // namespace intact::config
