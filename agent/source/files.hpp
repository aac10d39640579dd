// The `files` source: walks trees by directory descriptors and hands every entry on, whole or with
// a typed warning. Knows no archive format.
#pragma once

#include "base/error.hpp"
#include "base/warning.hpp"
#include "config/job.hpp"
#include "source/entry_sink.hpp"

#include <functional>
#include <optional>
#include <stop_token>
#include <sys/types.h>

namespace intact::source {

using WarningSink = std::function<void(Warning)>;

/// A directory whatever path leads to it.
struct DirectoryId {
    dev_t device = 0;
    ino_t number = 0;
};

/// Walks all paths of the job into `sink`, each directory before what it holds, names in byte
/// order. `destination` keeps its entry, but not its content, so that no backup holds those before
/// it or itself: a symlink or a bind mount may have led there. Where the job names it as a path of
/// its own it is walked, without what a run keeps there. Errors: source_unreadable when a path of
/// the job itself is missing or unreadable; io when descriptors or memory ran out (see
/// os/shortage.hpp); cancelled; whatever the sink reports. Everything else below such a path that
/// cannot be read is a warning. Thread: the caller's; the sink blocks while the pipeline is behind.
Result<> walk_files(const config::FilesSource &source,
                    const std::optional<DirectoryId> &destination, EntrySink &sink,
                    const WarningSink &warn, const std::stop_token &stop);

} // namespace intact::source
