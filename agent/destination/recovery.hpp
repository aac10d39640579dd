// Settles what a run that died left behind. Judges by digest, never by name or age; idempotent, and
// safe when it dies itself.
#pragma once

#include "base/error.hpp"
#include "destination/manifest.hpp"
#include "os/file.hpp"

#include <optional>
#include <stop_token>
#include <string>

namespace intact::destination {

enum class Recovered {
    nothing,   ///< that run left nothing
    swept,     ///< an unpublished backup was removed; the previous one stands
    completed, ///< publishing was under way: it was finished, the new backup stands
};

struct Recovery {
    Recovered what = Recovered::nothing;
    std::optional<Manifest> published; ///< of a completed one
};

/// Settles run `run_id` in `directory`. The caller holds the target's lock and the run is dead.
/// Errors: io; cancelled; archive_damaged when neither copy can be proven: then nothing is touched.
/// | staged manifest | final archive | action |
/// |---|---|---|
/// | missing or torn | any | publishing had not begun: remove what is staged |
/// | of this run | has its digest | archive was moved: move the companions, remove the rest |
/// | of this run | anything else | nothing was moved: remove what is staged |
/// | of another run | final manifest is this run's | all was moved: remove the replaced backup |
Result<Recovery> recover_run(const os::Directory &directory, const std::string &run_id,
                             const std::stop_token &stop);

} // namespace intact::destination
