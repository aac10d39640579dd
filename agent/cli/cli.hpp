// The program as a function, so that tests run it whole on a kernel of their own.
#pragma once

#include "os/sys.hpp"

namespace intact::cli {

/// Does what the command line says and returns the exit code. SIGPIPE is the caller's to ignore.
/// Thread: call before any other thread exists.
int run_cli(int argc, const char *const *argv, os::Sys &sys);

} // namespace intact::cli
