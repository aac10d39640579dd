// What this process takes of the host. Source: proc(5), getrusage(2).
#pragma once

#include <cstdint>

namespace intact::metrics {

struct ProcessFigures {
    double started = 0; ///< seconds since 1970
    double cpu_seconds = 0;
    std::uint64_t resident_bytes = 0;
    std::uint64_t open_fds = 0;
    std::uint64_t max_fds = 0;
};

/// What cannot be read stays 0.
ProcessFigures read_process_figures();

} // namespace intact::metrics
