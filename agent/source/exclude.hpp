// Which paths a `files` source leaves out. Pure text: touches no file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace intact::source {

/// Patterns in the manner of gitignore(5), over raw bytes:
///   `*.bak`            no inner '/': matches a name at any depth
///   `/etc/ssl/private` begins with '/': matches the absolute path
///   `cache/tmp`        has an inner '/': matches the path below a source path
///   `build/`           ends with '/': matches directories only
///   `!keep.bak`        takes back what an earlier pattern excluded; the last match decides
/// '*' and '?' do not match '/', `**` does (`**/a` also matches "a"; `a/**` everything below a);
/// [a-z] and
/// [!a-z] are classes; '\' takes the next byte as it is. What lies below an excluded directory is
/// not looked at, so nothing there can be taken back. Cost: at most pattern length times path
/// length for each pattern.
class Exclude {
public:
    explicit Exclude(const std::vector<std::string> &patterns);

    enum class Kind { directory, other };
    /// `absolute` is the full path, `relative` that below the source path (empty for that path
    /// itself).
    bool matches(std::string_view absolute, std::string_view relative, Kind kind) const;

private:
    enum class Scope : std::uint8_t { name, absolute, relative };
    struct Token {
        enum class Type : std::uint8_t { byte, any, one_of, star, globstar, globstar_slash };
        Type type = Type::byte;
        char byte = 0;
        std::vector<bool> one_of; ///< 256 flags
    };
    struct Pattern {
        std::vector<Token> tokens;
        std::string literal; ///< the whole pattern when it holds nothing special
        bool is_literal = true;
        bool directories_only = false;
        bool takes_back = false;
        Scope scope = Scope::name;
    };

    static Pattern compile(std::string_view text);
    static void tokenize(std::string_view text, Pattern &pattern);
    static bool matches_tokens(const std::vector<Token> &tokens, std::string_view text);

    std::vector<Pattern> patterns_;
};

} // namespace intact::source
