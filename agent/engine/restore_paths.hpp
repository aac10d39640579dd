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
/// below, too. A glob that is the very name of an entry means that entry and nothing else, so that
/// a name can be given as it was listed; for that all names are learned first.
class PathPatterns {
public:
    /// No pattern selects everything.
    explicit PathPatterns(const std::vector<std::string> &patterns);
    /// Whether the meaning of a pattern depends on the names there are.
    bool must_learn_names() const;
    void learn_name(const std::string &path);
    /// Notes which patterns matched.
    bool selects(const std::string &path);
    bool would_select(const std::string &path) const;
    /// The patterns that selected nothing so far.
    std::vector<std::string> unmatched() const;

private:
    struct Pattern {
        std::string given;
        std::string text;
        bool is_glob = false;
        bool is_name = false; ///< of an entry, learned
        bool matched = false;
        bool matches(const std::string &path) const;
    };
    std::vector<Pattern> patterns_;
};

} // namespace intact::engine
