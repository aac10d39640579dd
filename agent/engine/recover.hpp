// Settles what dead runs left at a destination: before a run, and by hand.
#pragma once

#include "base/error.hpp"
#include "config/job.hpp"
#include "destination/recovery.hpp"
#include "engine/context.hpp"
#include "os/file.hpp"
#include "os/lock_file.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace intact::engine {

struct SettledRun {
    std::string run_id;
    std::string directory; ///< where it had left something
    destination::Recovery recovery;
};

/// The runs that held the target's lock and died, oldest first; one whose backup stood already is
/// told as completed. Errors: those of destination::recover_run().
Result<std::vector<SettledRun>> settle_predecessors(const os::Directory &directory,
                                                    const os::LockFile &lock, bool is_remote,
                                                    destination::Settling settling,
                                                    const std::stop_token &stop);

/// One line for each thing worth knowing, in the order in which it happened.
std::vector<std::string> words_for(const SettledRun &settled);

/// Settles the runs of one job, under its locks, and writes those that were completed into the
/// catalog. `dead` is a run of it that somebody has begun and seen die: killed before it wrote a
/// row of its own, it gets one here.
/// Errors: locked; those of settle_predecessors(); catalog_failed.
Result<std::vector<std::string>> recover_job(const Context &context, const config::Job &job,
                                             const std::optional<RunId> &dead,
                                             destination::Settling settling,
                                             const std::stop_token &stop);

/// Settles every run that left files in a directory, whatever job's, under all locks there.
Result<std::vector<std::string>> recover_directory(const Context &context, const std::string &path,
                                                   destination::Settling settling,
                                                   const std::stop_token &stop);

} // namespace intact::engine
