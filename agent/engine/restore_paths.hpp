// What an archive's names may mean below a target, and which of them were asked for. Touches no
// file.
#pragma once

#include "base/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace intact::engine {

/// The stored name as a path below the target: no empty and no "." component, no slash at either
/// end; empty for the target itself ("./"). Errors: unsafe_path for an empty or absolute name and
/// for one with a
/// ".." component, even where it would stay inside.
Result<std::string> path_below_target(const std::string &stored);

/// Which entries were asked for. A pattern is a path as `tar -t` lists it (a slash before or after
/// does not matter) or a glob of fnmatch(3) in which '*' also matches '/'; either selects what lies
/// below, too.
class PathPatterns {
public:
    /// No pattern selects everything.
    explicit PathPatterns(const std::vector<std::string> &patterns);
    bool selects(const std::string &path);
    /// The patterns that selected nothing so far.
    std::vector<std::string> unmatched() const;

private:
    struct Pattern {
        std::string given;
        std::string text;
        bool matched = false;
    };
    std::vector<Pattern> patterns_;
};

} // namespace intact::engine
