// Directories that a run has to itself, as far as the names of one lock go.
#pragma once

#include "base/error.hpp"
#include "config/job.hpp"
#include "destination/intent_recovery.hpp"
#include "engine/context.hpp"
#include "engine/recover.hpp"
#include "os/file.hpp"
#include "os/lock_file.hpp"

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace intact::engine {

struct Place {
    os::Directory directory;
    os::LockFile lock;
};

/// What taking a place needs to know of the one who takes it.
struct Taker {
    os::LockOwner owner;
    std::chrono::milliseconds patience{0};
    destination::Settling settling = destination::Settling::act;
    std::stop_token stop;
};

/// The lock of a directory, and an end to what dead runs left there, which is added to `settled`.
/// Errors: locked; those of settle_predecessors(); io.
Result<Place> take_place(os::Directory directory, const std::string &lock_name, bool is_remote,
                         const Taker &taker, std::vector<SettledRun> &settled);

/// Where the job stages its archives, by destination.staging=; nothing: in `target`. Its lock is
/// the job's own: many jobs of many hosts may stage in one directory. Errors: not_found too.
Result<std::optional<Place>> take_staging(const Context &context, const config::Job &job,
                                          const os::Directory &target, Taker taker,
                                          std::vector<SettledRun> &settled);

} // namespace intact::engine
