#include "config/nesting.hpp"

#include <algorithm>

namespace intact::config {
namespace {

constexpr std::size_t kMostDots = 16;

/// The end of the string that starts at `begin`. One that nothing closes ends with its line, or the
/// text: the parser stops there too.
std::size_t end_of_string(std::string_view toml, std::size_t begin) {
    const char quote = toml[begin];
    const std::string_view rest = toml.substr(begin);
    const bool is_long = rest.size() >= 3 && rest[1] == quote && rest[2] == quote;
    std::size_t at = begin + (is_long ? 3 : 1);
    for (; at < toml.size(); ++at) {
        if (toml[at] == '\\' && quote == '"') {
            ++at;
        } else if (toml[at] == '\n' && !is_long) {
            return at;
        } else if (toml[at] == quote && (!is_long || toml.substr(at, 3) == rest.substr(0, 3))) {
            return at + (is_long ? 3 : 1);
        }
    }
    return toml.size();
}

} // namespace

std::optional<std::size_t> find_deep_key(std::string_view toml) {
    std::size_t dots = 0;
    for (std::size_t at = 0; at < toml.size();) {
        const char c = toml[at];
        if (c == '"' || c == '\'') {
            at = end_of_string(toml, at);
            continue;
        }
        if (c == '#') {
            at = std::min(toml.find('\n', at), toml.size());
            continue;
        }
        if (c == '.' && ++dots > kMostDots) {
            return at;
        }
        if (std::string_view("=,[]{}\n").find(c) != std::string_view::npos) {
            dots = 0;
        }
        ++at;
    }
    return std::nullopt;
}

} // namespace intact::config
