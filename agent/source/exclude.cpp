#include "source/exclude.hpp"

#include <algorithm>

namespace intact::source {
namespace {

// Reads "[...]" at the start of `text`; returns its length, 0 when it is not closed.
std::size_t read_class(std::string_view text, std::vector<bool> &members) {
    members.assign(256, false);
    std::size_t i = 1;
    const bool inverted = i < text.size() && (text[i] == '!' || text[i] == '^');
    i += inverted ? 1 : 0;
    for (bool first = true; i < text.size() && (first || text[i] != ']'); first = false) {
        if (text[i] == '\\' && i + 1 < text.size()) {
            ++i;
        }
        const auto low = static_cast<std::uint8_t>(text[i]);
        auto high = low;
        if (i + 2 < text.size() && text[i + 1] == '-' && text[i + 2] != ']') {
            high = static_cast<std::uint8_t>(text[i + 2]);
            i += 2;
        }
        for (unsigned byte = low; byte <= high; ++byte) {
            members[byte] = true;
        }
        ++i;
    }
    if (i >= text.size()) {
        return 0;
    }
    if (inverted) {
        members.flip();
    }
    members[static_cast<std::uint8_t>('/')] = false;
    return i + 1;
}

} // namespace

Exclude::Exclude(const std::vector<std::string> &patterns) {
    for (const std::string &text : patterns) {
        patterns_.push_back(compile(text));
    }
}

Exclude::Pattern Exclude::compile(std::string_view text) {
    Pattern pattern;
    if (text.starts_with('!')) {
        pattern.takes_back = true;
        text.remove_prefix(1);
    }
    if (text.size() > 1 && text.ends_with('/')) {
        pattern.directories_only = true;
        text.remove_suffix(1);
    }
    if (text.starts_with('/')) {
        pattern.scope = Scope::absolute;
    } else if (text.find('/') != std::string_view::npos) {
        pattern.scope = Scope::relative;
    }
    tokenize(text, pattern);
    for (const Token &token : pattern.tokens) {
        pattern.is_literal = pattern.is_literal && token.type == Token::Type::byte;
        pattern.literal += token.byte;
    }
    return pattern;
}

void Exclude::tokenize(std::string_view text, Pattern &pattern) {
    using Type = Token::Type;
    for (std::size_t i = 0; i < text.size();) {
        Token token;
        std::size_t length = 1;
        const bool at_segment = i == 0 || text[i - 1] == '/';
        if (text.substr(i).starts_with("**/") && at_segment) {
            token.type = Type::globstar_slash;
            length = 3;
        } else if (text.substr(i).starts_with("**")) {
            token.type = Type::globstar;
            length = text.substr(i).find_first_not_of('*');
            length = length == std::string_view::npos ? text.size() - i : length;
        } else if (text[i] == '*') {
            token.type = Type::star;
        } else if (text[i] == '?') {
            token.type = Type::any;
        } else if (text[i] == '[' && (length = read_class(text.substr(i), token.one_of)) > 0) {
            token.type = Type::one_of;
        } else {
            length = text[i] == '\\' && i + 1 < text.size() ? 2 : 1;
            token.byte = text[i + length - 1];
            token.one_of.clear();
        }
        pattern.tokens.push_back(std::move(token));
        i += length;
    }
}

// All positions in the pattern that the text so far can have led to, moved on byte by byte: linear
// in both, whatever the stars.
bool Exclude::matches_tokens(const std::vector<Token> &tokens, std::string_view text) {
    using Type = Token::Type;
    std::vector<bool> here(tokens.size() + 1, false);
    std::vector<bool> next(tokens.size() + 1, false);
    // A star may match nothing, and `**/` may match no directory at all.
    const auto skip_empty = [&](std::vector<bool> &states) {
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            const Type type = tokens[i].type;
            if (states[i] &&
                (type == Type::star || type == Type::globstar || type == Type::globstar_slash)) {
                states[i + 1] = true;
            }
        }
    };
    here[0] = true;
    skip_empty(here);
    for (const char c : text) {
        std::fill(next.begin(), next.end(), false);
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            if (!here[i]) {
                continue;
            }
            const Token &token = tokens[i];
            switch (token.type) {
            case Type::byte:
                next[i + 1] = next[i + 1] || c == token.byte;
                break;
            case Type::any:
                next[i + 1] = next[i + 1] || c != '/';
                break;
            case Type::one_of:
                next[i + 1] = next[i + 1] || token.one_of[static_cast<std::uint8_t>(c)];
                break;
            case Type::star:
                next[i] = next[i] || c != '/';
                break;
            case Type::globstar:
                next[i] = true;
                break;
            case Type::globstar_slash:
                // Stays until a '/' ends a directory; only then may the rest begin.
                next[i] = true;
                break;
            }
        }
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            const Type type = tokens[i].type;
            const bool passes = type == Type::star || type == Type::globstar ||
                                (type == Type::globstar_slash && c == '/');
            if (next[i] && passes) {
                next[i + 1] = true;
            }
        }
        here.swap(next);
    }
    return here[tokens.size()];
}

bool Exclude::matches(std::string_view absolute, std::string_view relative, Kind kind) const {
    bool excluded = false;
    for (const Pattern &pattern : patterns_) {
        if (pattern.takes_back != excluded ||
            (pattern.directories_only && kind != Kind::directory)) {
            continue; // it could change nothing
        }
        std::string_view text = absolute;
        if (pattern.scope == Scope::name) {
            text.remove_prefix(absolute.rfind('/') + 1);
        } else if (pattern.scope == Scope::relative) {
            text = relative;
        }
        if (pattern.is_literal ? text == pattern.literal : matches_tokens(pattern.tokens, text)) {
            excluded = !excluded;
        }
    }
    return excluded;
}

} // namespace intact::source
