// The hidden files of runs: which there are, and how those of a dead one go.
#pragma once

#include "base/error.hpp"
#include "os/file.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace intact::destination {

/// All of that run but those set aside, the manifest's last: it is what tells a later recovery the
/// case.
Result<std::vector<std::string>> hidden_files(const os::Directory &directory,
                                              const std::string &run_id);

/// Whether files of that run are still there for recovery.
Result<bool> has_leftovers(const os::Directory &directory, const std::string &run_id);

/// The runs, dead or alive, that have hidden files there.
Result<std::set<std::string>> runs_with_files(const os::Directory &directory);

/// Removes a name of that run, which may be gone already. What a power cut spoilt so that it cannot
/// be removed before fsck has run stays: it stands in nobody's way. And so does a name that shares
/// its file with another one though the file counts a single link, as a power cut may leave it
/// without a journal: the other name would be left with nothing. A file on FAT that has lost its
/// clusters is set aside, since the mount would go read-only over removing it; the answer is then
/// its new name.
Result<std::optional<std::string>>
remove_leftover(const os::Directory &directory, const std::string &run_id, const std::string &name);

/// All of hidden_files(), durably; the answer is the new names of what was set aside.
Result<std::vector<std::string>> remove_leftovers(const os::Directory &directory,
                                                  const std::string &run_id);

} // namespace intact::destination
