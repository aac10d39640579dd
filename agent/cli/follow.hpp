// A run that the daemon makes, followed to its end as if it were ours.
#pragma once

#include "cli/session.hpp"
#include "control/client.hpp"

#include <stop_token>
#include <string>

namespace intact::cli {

/// Has the daemon run the job and shows how it goes. Returns the exit code of `intact run`; the
/// stop ends the following, not the run.
int run_via_daemon(const Session &session, control::Client &daemon, const RunArguments &arguments,
                   const std::string &job, const std::stop_token &stop);

} // namespace intact::cli
