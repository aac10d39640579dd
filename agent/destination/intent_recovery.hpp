// Settles a publication that died, by its intent record: forward where every file of the new backup
// is there, else back to the previous one.
#pragma once

#include "base/error.hpp"
#include "destination/intent.hpp"
#include "os/file.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace intact::destination {

enum class Settling {
    act,
    look, ///< nothing is changed: the answer is what act would do
};

enum class Settled { forward, back };

struct IntentOutcome {
    Settled settled = Settled::back;
    std::vector<std::string> set_aside; ///< files that are neither backup's, kept under these names
    /// On FAT: files that share clusters or lost them, kept under these names for fsck.vfat.
    std::vector<std::string> for_fsck;
};

/// Every copy, under its final, staged and guard name, is told by its digest, read from storage.
/// | every new file is there | every previous file is there | action |
/// |---|---|---|
/// | yes | any | the names are given by the variant's own protocol, then all else is removed |
/// | no | yes | the previous files get their names back, then all else is removed |
/// | no | no | nothing is touched |
/// What lies under a final name and is of neither is moved aside, never removed. Dying itself at
/// any call, it settles the same way when it runs again. Errors: io; cancelled; archive_damaged in
/// the last row. Source: filesystems.md §2R.
Result<IntentOutcome> settle_intent(const os::Directory &directory, Intent intent, bool is_remote,
                                    Settling settling, const std::stop_token &stop);

} // namespace intact::destination
