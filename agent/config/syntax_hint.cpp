#include "config/syntax_hint.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <fmt/format.h>

namespace intact::config {
namespace {

struct Word {
    std::string_view written;
    std::string_view meant;
};

constexpr std::array kBooleans{
    Word{"yes", "true"}, Word{"on", "true"},   Word{"True", "true"},   Word{"TRUE", "true"},
    Word{"no", "false"}, Word{"off", "false"}, Word{"False", "false"}, Word{"FALSE", "false"},
};

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool is_bare_word(std::string_view value) {
    return !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
        return std::isgraph(static_cast<unsigned char>(c)) != 0 &&
               std::string_view("\"'[]{},#=").find(c) == std::string_view::npos;
    });
}

bool is_digits(std::string_view value) {
    return std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Of those that are too long for an integer, the parser's own words say enough.
bool is_plain_value(std::string_view value) {
    const bool is_number = is_digits(value) && value.front() != '0' && value.size() < 19;
    return value == "true" || value == "false" || value == "0" || is_number;
}

std::string hint_for_value(std::string_view value) {
    if (value.empty()) {
        return "the value is missing after '='";
    }
    for (const Word &word : kBooleans) {
        if (value == word.written) {
            return fmt::format("did you mean {}, or \"{}\"?", word.meant, value);
        }
    }
    // Nothing is wrong with such a value, so it is the key that the parser objects to.
    if (is_plain_value(value)) {
        return "a key can be given only once";
    }
    if (is_bare_word(value) && !is_digits(value)) {
        return fmt::format("text needs quotes: \"{}\"", one_line(value));
    }
    const char quote = value.front();
    if ((quote == '"' || quote == '\'') && value.find(quote, 1) == std::string_view::npos) {
        return fmt::format("the closing {} is missing", quote);
    }
    return "";
}

} // namespace

std::string syntax_hint(std::string_view line, std::size_t offset) {
    const std::string_view all = trimmed(line);
    if (all.starts_with('[') && all.find(']') == std::string_view::npos &&
        all.find('=') == std::string_view::npos) {
        return "a table's header ends in ']'";
    }
    if (all.starts_with('[') && all.ends_with(']') && all.find('=') == std::string_view::npos) {
        return "a table can be opened only once in a file; join its parts";
    }
    const std::size_t equals = line.find('=');
    if (equals != std::string_view::npos) {
        const std::size_t comment = line.find('#', equals);
        return offset > equals || comment == std::string_view::npos
                   ? hint_for_value(trimmed(line.substr(equals + 1, comment - equals - 1)))
                   : "";
    }
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && offset <= colon) {
        return "TOML is written key = value";
    }
    return "";
}

} // namespace intact::config
