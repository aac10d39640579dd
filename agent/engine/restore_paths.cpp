#include "engine/restore_paths.hpp"

#include "os/file.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fnmatch.h>

namespace intact::engine {
namespace {

tl::unexpected<Error> unsafe(const std::string &stored, std::string_view why) {
    return fail(ErrorCode::unsafe_path, fmt::format("entry {}: {}", os::quoted_path(stored), why));
}

bool is_at_or_below(const std::string &path, const std::string &directory) {
    return path.starts_with(directory) &&
           (path.size() == directory.size() || path[directory.size()] == '/');
}

std::string normal_pattern(std::string_view text) {
    while (text.starts_with("./")) {
        text.remove_prefix(2);
    }
    while (text.starts_with('/')) {
        text.remove_prefix(1);
    }
    while (text.ends_with('/')) {
        text.remove_suffix(1);
    }
    return std::string(text);
}

} // namespace

Result<std::string> path_below_target(const std::string &stored) {
    if (stored.empty()) {
        return unsafe(stored, "its name is empty");
    }
    if (stored.front() == '/') {
        return unsafe(stored, "its name is absolute");
    }
    std::string path;
    std::string_view rest = stored;
    while (!rest.empty()) {
        const std::string_view component = rest.substr(0, rest.find('/'));
        rest.remove_prefix(std::min(rest.size(), component.size() + 1));
        if (component == "..") {
            return unsafe(stored, "its name holds '..'");
        }
        if (component.empty() || component == ".") {
            continue;
        }
        if (!path.empty()) {
            path += '/';
        }
        path += component;
    }
    return path;
}

PathPatterns::PathPatterns(const std::vector<std::string> &patterns) {
    for (const std::string &pattern : patterns) {
        std::string text = normal_pattern(pattern);
        const bool is_glob = text.find_first_of("*?[\\") != std::string::npos;
        patterns_.push_back({pattern, std::move(text), is_glob});
    }
}

bool PathPatterns::Pattern::matches(const std::string &path) const {
    return text.empty() || text == "." || is_at_or_below(path, text) ||
           (is_glob && !is_name && fnmatch(text.c_str(), path.c_str(), FNM_LEADING_DIR) == 0);
}

bool PathPatterns::must_learn_names() const {
    return std::any_of(patterns_.begin(), patterns_.end(),
                       [](const Pattern &pattern) { return pattern.is_glob; });
}

void PathPatterns::learn_name(const std::string &path) {
    for (Pattern &pattern : patterns_) {
        pattern.is_name =
            pattern.is_name || (pattern.is_glob && is_at_or_below(path, pattern.text));
    }
}

bool PathPatterns::would_select(const std::string &path) const {
    return patterns_.empty() ||
           std::any_of(patterns_.begin(), patterns_.end(),
                       [&](const Pattern &pattern) { return pattern.matches(path); });
}

bool PathPatterns::selects(const std::string &path) {
    bool selected = patterns_.empty();
    for (Pattern &pattern : patterns_) {
        const bool matches = pattern.matches(path);
        pattern.matched = pattern.matched || matches;
        selected = selected || matches;
    }
    return selected;
}

std::vector<std::string> PathPatterns::unmatched() const {
    std::vector<std::string> all;
    for (const Pattern &pattern : patterns_) {
        if (!pattern.matched) {
            all.push_back(pattern.given);
        }
    }
    return all;
}

} // namespace intact::engine
