// The backup that a word means: a path, a job's newest, or a name at some job's destination.
#pragma once

#include "cli/session.hpp"
#include "destination/backup_list.hpp"

#include <memory>
#include <string>
#include <vector>

namespace intact::cli {

struct ChosenBackup {
    std::shared_ptr<const os::Directory> directory; ///< backups of one place share it
    destination::FoundBackup backup;

    /// For people: the archive's name, or the manifest's where that cannot be read.
    const std::string &name() const {
        return backup.manifest ? backup.manifest->archive : backup.manifest_name;
    }
};

/// What is wrong with it as far as that shows without reading the archive; empty: nothing.
std::string fault_of(const destination::FoundBackup &backup);

/// A word with a slash is a path to an archive or manifest and needs no configuration. Else it is a
/// job, then the name of a backup at any job's destination, then one in the current directory.
/// Errors: not_found; usage; config_invalid; whatever reading the directories reports.
Result<ChosenBackup> choose_backup(const Session &session, const std::string &word);

/// Every backup of these jobs, oldest first within a job; a directory that jobs share is listed
/// once. Errors that concern one directory go to `problems`.
std::vector<ChosenBackup> all_backups(const Session &session,
                                      const std::vector<const config::Job *> &jobs,
                                      std::vector<Error> &problems);

} // namespace intact::cli
