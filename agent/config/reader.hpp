// From the text of a file to a layer of typed values: syntax, unknown keys, types and the rules for
// single values. Hides toml++. Knows no other file.
#pragma once

#include "config/layer.hpp"

#include <optional>

namespace intact::config {

/// A job's file. Nothing when it is not TOML; otherwise the values that are right, and a remark on
/// each that is not.
std::optional<Layer> read_job_layer(const SourceText &text, Remarks &remarks);
/// An intact.toml: the keys of its [defaults], and those of the agent itself.
struct MainLayers {
    Layer defaults;
    Layer agent;
};
std::optional<MainLayers> read_main_layers(const SourceText &text, Remarks &remarks);

} // namespace intact::config
