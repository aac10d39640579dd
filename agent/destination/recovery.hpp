// Settles what a run that died left behind. Judges by digest, never by name or age; idempotent, and
// safe when it dies itself.
#pragma once

#include "base/error.hpp"
#include "destination/intent_recovery.hpp"
#include "destination/leftovers.hpp"
#include "destination/manifest.hpp"
#include "os/file.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace intact::destination {

enum class Recovered {
    nothing,   ///< that run left nothing
    swept,     ///< an unpublished backup was removed; the previous one stands
    completed, ///< publishing was under way: it was finished, the new backup stands
};

struct Recovery {
    Recovered what = Recovered::nothing;
    std::optional<Manifest> published;  ///< of a completed one, or of one that stood already
    std::vector<std::string> set_aside; ///< what was found in the way, kept under these names
    std::vector<std::string> for_fsck;  ///< on FAT: to be kept until fsck.vfat has run
};

/// Settles run `run_id` in `directory`. The caller holds the target's lock and the run is dead. By
/// its intent record where there is one (settle_intent()), else by this table.
/// "New" is the archive that the run's manifest describes, "old" the one that the replaced backup's
/// manifest describes; each is told by its digest.
/// | staged manifest | archives | action |
/// |---|---|---|
/// | missing or torn | | publishing had not begun: remove what is staged |
/// | of this run | new one staged, old one under the final name | remove what is staged |
/// | of this run | new one staged, nothing was to be replaced | remove what is staged |
/// | of this run | new one staged, old one nowhere | the only whole one takes the name |
/// | of this run | new one has the final name | move the companions, remove the rest |
/// | of this run | old one staged, new one nowhere | give the old one its name back |
/// | of this run | old one has the final name | remove what is staged |
/// | of the old run | new one has the final name | all was moved: remove the replaced backup |
/// | of the old run | old one staged, new one nowhere | give the old one its name back |
/// Errors: io; cancelled; archive_damaged when no row fits. After any of them nothing was removed.
Result<Recovery> recover_run(const os::Directory &directory, const std::string &run_id,
                             bool is_remote, Settling settling, const std::stop_token &stop);

} // namespace intact::destination
