// The `files` source: walks trees by directory descriptors and hands every entry on, whole or with
// a typed warning. Knows no archive format.
#pragma once

#include "base/error.hpp"
#include "base/warning.hpp"
#include "config/job.hpp"
#include "source/entry_sink.hpp"

#include <functional>
#include <stop_token>

namespace intact::source {

using WarningSink = std::function<void(Warning)>;

/// Walks all paths of the job into `sink`, each directory before what it holds, names in byte
/// order. Errors: source_unreadable when a path of the job itself is missing or unreadable;
/// io when descriptors or memory ran out (see os/shortage.hpp); cancelled; whatever the sink
/// reports. Everything else below such a path that cannot be read is a warning. Thread: the
/// caller's; the sink blocks while the pipeline is behind.
Result<> walk_files(const config::FilesSource &source, EntrySink &sink, const WarningSink &warn,
                    const std::stop_token &stop);

} // namespace intact::source
