#include "config/overlap.hpp"

#include "config/rules.hpp"

#include <algorithm>
#include <fnmatch.h>

namespace intact::config {
namespace {

bool is_within(const std::string &path, const std::string &tree) {
    return path == tree || tree == "/" || path.starts_with(tree + "/");
}

/// A pattern with '/' at its start is a path; any other matches below any directory.
bool excludes(std::string pattern, const std::string &path) {
    while (pattern.size() > 1 && (pattern.ends_with('/') || pattern.ends_with("/**"))) {
        pattern.erase(pattern.rfind('/'));
    }
    const std::string anchored = pattern.starts_with('/') ? pattern : "*/" + pattern;
    return fnmatch(anchored.c_str(), path.c_str(), pattern.starts_with('/') ? FNM_PATHNAME : 0) ==
           0;
}

/// Whether a pattern takes `path` or a directory above it out, below `tree`.
bool is_excluded(const std::string &path, const std::string &tree,
                 const std::vector<std::string> &exclude) {
    for (std::string part = path; is_within(part, tree) && part.size() > 1;
         part.erase(part.rfind('/'))) {
        const auto takes = [&](const std::string &pattern) { return excludes(pattern, part); };
        if (std::any_of(exclude.begin(), exclude.end(), takes)) {
            return true;
        }
        if (part == tree) {
            break;
        }
    }
    return false;
}

} // namespace

std::optional<std::string> path_around(const std::string &destination,
                                       const std::vector<std::string> &paths,
                                       const std::vector<std::string> &exclude) {
    const std::string place = plain_path(destination);
    for (const std::string &path : paths) {
        const std::string tree = plain_path(path);
        if (is_within(place, tree) && !is_excluded(place, tree, exclude)) {
            return path;
        }
    }
    return std::nullopt;
}

} // namespace intact::config
