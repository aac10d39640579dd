// What no single backup can tell: whether the ones before it are still those it was taken after,
// and which archives nobody can prove. Reads nothing of the archives.
#pragma once

#include "base/error.hpp"
#include "config/job.hpp"
#include "destination/backup_list.hpp"
#include "os/file.hpp"

#include <string>
#include <vector>

namespace intact::destination {

struct ChainReport {
    std::vector<Error> faults;
    std::vector<std::string> gaps; ///< a sentence each; retention makes them, too
};

/// Follows each manifest's link to the backup before it. `backups`: of one job, oldest first.
/// Faults: manifest_damaged when a manifest is not the one that the next backup was taken after.
ChainReport check_chain(const std::vector<FoundBackup> &backups, const std::string &host);

/// Faults: backup_missing for each archive that has a name of this job's and no manifest, so that
/// nothing proves it.
Result<std::vector<Error>> find_unproven(const os::Directory &directory, const config::Job &job,
                                         const std::string &host);

} // namespace intact::destination
