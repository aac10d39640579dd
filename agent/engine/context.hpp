// What every operation of the engine stands on; main() builds the real one, tests their own.
#pragma once

#include "base/clock.hpp"
#include "os/sys.hpp"

#include <string>

namespace intact::engine {

struct Context {
    os::Sys *sys = &os::kernel();
    const Clock *clock = &system_clock();
    std::string state_dir;
    std::string host; ///< gethostname(2)
};

/// Below locks/ of the state directory: who holds it is the daemon. No job has such a name.
inline constexpr const char *kDaemonLock = "_daemon.lock";

/// With the real kernel, clock and host name.
Context make_context(std::string state_dir);

} // namespace intact::engine
