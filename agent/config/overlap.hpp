// Whether a backup would swallow the place it is written to. Knows paths and patterns only.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace intact::config {

/// The source path that `destination` lies in without being excluded. Lexical: symlinks and mounts
/// are not looked at, and a pattern is taken the simple way, so the answer is good for a warning
/// only.
std::optional<std::string> path_around(const std::string &destination,
                                       const std::vector<std::string> &paths,
                                       const std::vector<std::string> &exclude);

} // namespace intact::config
