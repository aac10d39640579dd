// As whom a verb acts: root by hand must leave nothing behind that the service cannot use.
#pragma once

#include "base/error.hpp"
#include "cli/arguments.hpp"

namespace intact::cli {

/// On a host where Intact is installed (the service's user exists, and nobody named other places),
/// root goes on as the service's user with verbs that write to the state or a destination; with
/// --as-root as root, but its files are that user's. Errors: permission_denied, io.
/// Thread: before any other exists.
Result<> act_as_service(const CommandLine &line);

} // namespace intact::cli
