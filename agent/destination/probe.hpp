// Tries what a directory can do, since what a filesystem is called does not tell all.
#pragma once

#include "base/error.hpp"
#include "base/run_id.hpp"
#include "os/file.hpp"

#include <array>
#include <string>

namespace intact::destination {

struct Probe {
    bool links = false;             ///< linkat(2)
    bool exchanges = false;         ///< renameat2(2) RENAME_EXCHANGE
    bool renames_exclusive = false; ///< RENAME_NOREPLACE, onto a free name and refusing a taken one
    bool folds_case = false;        ///< 'a' and 'A' are one name
    bool reads_directly = false;    ///< open(2) O_DIRECT
    bool syncs_directories = false; ///< fsync(2) of a directory does not fail
};

/// The names a probe uses, all of the run's own: recovery removes what a crash leaves.
std::array<std::string, 3> probe_names(const std::string &run_id);

/// Makes two empty files there, tries, and removes them. Errors: whatever keeps a file from being
/// made there at all: permission_denied, read_only, no_space, io.
Result<Probe> probe_directory(const os::Directory &directory, const RunId &run);

} // namespace intact::destination
