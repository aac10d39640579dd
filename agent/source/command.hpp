// The `command` source: a program's stdout, with the proof of how the program ended.
#pragma once

#include "base/byte_sink.hpp"
#include "base/error.hpp"
#include "base/warning.hpp"
#include "config/job.hpp"
#include "os/unique_fd.hpp"

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace intact::source {

struct CommandEnd {
    int exit_code = 0;
    std::vector<Warning> warnings; ///< what a success comes with by the job's rules
    std::string stderr_tail;       ///< the last kStderrTailBytes
};

/// What a command gets beside the words of its job.
struct Handover {
    os::UniqueFd input;             ///< its stdin; none: /dev/null
    std::vector<int> descriptors{}; ///< borrowed: 3, 4 and so on of the new process
};

/// Takes each line the program writes to stderr, without its newline.
using LineSink = std::function<void(std::string_view)>;

/// Runs the command in a process group of its own with a clean environment (PATH, HOME, LANG, USER
/// and the job's, secrets read now), stdin as handed over, and moves its stdout into `sink` until
/// it ends. The whole group has ended when this returns: on the way out of any failure it gets
/// SIGTERM, then SIGKILL. `end` is filled as far as known on every path, also on failure. Errors:
/// credential_failed; program_missing; source_failed with exit status or signal and the last line
/// of stderr; source_incomplete for what it said on stderr, or an output that does not end;
/// cancelled; whatever the sink reports.
Result<> run_command(const config::CommandSource &source, ByteSink &sink, const LineSink &on_stderr,
                     const std::stop_token &stop, CommandEnd &end, Handover handover = {});

} // namespace intact::source
