// An archive that was staged on another filesystem comes to its destination.
#pragma once

#include "base/error.hpp"
#include "destination/staging.hpp"

#include <atomic>
#include <cstdint>
#include <stop_token>

namespace intact::destination {

/// Copies the durable archive of `from` into a staging file of its own in `directory`, makes that
/// durable and removes the first. What is read is hashed and must be what `manifest` tells; what
/// was written is for the caller to prove, as of any other archive. `directory` must outlive the
/// result; `done` counts the bytes read. Errors: verify_mismatch; io, no_space; cancelled. After
/// any of them nothing staged is left. Source: filesystems.md P0.
Result<Staging> carry(Staging from, const os::Directory &directory, const RunId &run,
                      const Manifest &manifest, const std::stop_token &stop,
                      std::atomic<std::uint64_t> *done = nullptr);

} // namespace intact::destination
