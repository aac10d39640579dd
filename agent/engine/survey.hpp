// What lies at the jobs' destinations and how much room is left there, for the catalog. Reads no
// archive and writes nothing at a destination.
#pragma once

#include "catalog/job_facts.hpp"
#include "config/job.hpp"
#include "destination/filesystem.hpp"
#include "engine/context.hpp"
#include "engine/mount_guard.hpp"
#include "os/file.hpp"

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace intact::engine {

struct Survey {
    catalog::DestinationFacts facts;
    std::set<std::string> archives; ///< of the job, as they lie there
    std::optional<Error> trouble;   ///< why it is not reachable
};

/// Of a destination that is open. Errors: io.
Result<Survey> survey_directory(const os::Directory &directory,
                                const destination::Filesystem &filesystem, const config::Job &job,
                                WallTime now);

/// One whose filesystem is missing, by `last`, is not reachable.
Survey survey_job(const Context &context, const config::Job &job, const LastMount &last);

/// A job, and where its last backup lay.
struct SurveyOrder {
    config::Job job;
    LastMount last;
};
/// All at once, a thread for each mount: one that does not answer within `patience` is not
/// reachable, and holds up nobody. Its thread stays: the process is to end by _exit(2).
/// In the order of `orders`.
std::vector<Survey> survey_all(const Context &context, const std::vector<SurveyOrder> &orders,
                               std::chrono::milliseconds patience);

} // namespace intact::engine
