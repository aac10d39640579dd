// Questions at a terminal, asked again until the answer will do. Knows no job.
#pragma once

#include "base/error.hpp"

#include <functional>
#include <string>

namespace intact::cli {

struct Question {
    std::string text;
    std::string usual; ///< what an empty answer means; empty: nothing in particular
};

/// Asks on stderr and reads stdin. `take` refuses an answer by an error, which is told.
/// Errors: cancelled at the end of input; io.
Result<> ask(const Question &question, const std::function<Result<>(const std::string &)> &take);

} // namespace intact::cli
