// A stream through a pipe into a program that reads it beside.
#pragma once

#include "base/error.hpp"
#include "os/unique_fd.hpp"

#include <functional>
#include <stop_token>
#include <string>

namespace intact::source {

/// Writes a stream to the descriptor, and fails when it does.
using StreamWriter = std::function<Result<>(int fd)>;

/// Reads a stream to its end, on a thread of its own, until it is told to stop.
using StreamReader = std::function<Result<>(os::UniqueFd input, const std::stop_token &stop)>;

/// How a stream arrived that was not broken off by its writer.
struct Poured {
    bool is_whole = false; ///< all of it was written; otherwise the reader had gone before its end
    Result<> taken;        ///< what the reader came to
};

/// A stream that breaks off is never taken for a whole one: its reader is stopped, and has ended,
/// before the pipe shows an end. `what` is the reader's doing, for the error of what it throws.
/// Errors: of `write`, but not that nobody reads any more (EPIPE; SIGPIPE is its to hold back).
Result<Poured> pour(std::string what, const StreamWriter &write, const StreamReader &read,
                    const std::stop_token &stop);

} // namespace intact::source
