#include "base/shell_words.hpp"

#include <fmt/format.h>
#include <optional>
#include <utility>

namespace intact {
namespace {

bool is_one_of(std::string_view set, char c) {
    return set.find(c) != std::string_view::npos;
}

/// Whether '\' keeps what follows from meaning anything.
bool escapes(char quote, char next) {
    return quote == 0 || (quote == '"' && is_one_of("\"\\$`", next));
}

} // namespace

Result<std::vector<std::string>> split_words(std::string_view line) {
    std::vector<std::string> words;
    std::optional<std::string> word; // "" is a word, too
    char quote = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '\\' && i + 1 == line.size() && quote != '\'') {
            return fail(ErrorCode::usage, "nothing follows the last '\\'");
        }
        if (c == '\\' && i + 1 < line.size() && escapes(quote, line[i + 1])) {
            word = word.value_or("") + line[++i];
        } else if (c == quote) {
            quote = 0;
        } else if (quote == 0 && is_one_of("'\"", c)) {
            quote = c;
            word = word.value_or("");
        } else if (quote == 0 && is_one_of(" \t\r\n", c)) {
            if (word) {
                words.push_back(*std::exchange(word, std::nullopt));
            }
        } else {
            word = word.value_or("") + c;
        }
    }
    if (quote != 0) {
        return fail(ErrorCode::usage, fmt::format("a {} is not closed", quote));
    }
    if (word) {
        words.push_back(*std::move(word));
    }
    return words;
}

} // namespace intact
