// The uncompressed stream of a proven backup into a descriptor. Knows not what reads it.
#pragma once

#include "base/error.hpp"
#include "engine/progress.hpp"
#include "engine/restore_source.hpp"
#include "os/sys.hpp"

#include <cstdint>
#include <stop_token>

namespace intact::engine {

/// Returns its length. Errors: io when the reader of a pipe has gone (EPIPE, no SIGPIPE);
/// verify_mismatch; cancelled, also while a pipe is full.
Result<std::uint64_t> write_stream(os::Sys &sys, const ProvenBackup &proven, int fd,
                                   Progress &progress, const std::stop_token &stop);

} // namespace intact::engine
