// A line of text as the words that a shell would make of it. Knows no shell: nothing is expanded.
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace intact {

/// Blanks part words; '…', "…" and \ keep them together. Errors: usage: a quote that is not closed,
/// or a \ at the end. Source: POSIX.1, Shell Command Language, 2.2.
Result<std::vector<std::string>> split_words(std::string_view line);

} // namespace intact
