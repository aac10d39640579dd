// What a backup is called at its destination. Knows no filesystem.
#pragma once

#include "base/clock.hpp"
#include "config/job.hpp"

#include <string>

namespace intact::destination {

/// Whether each run gets a name of its own or replaces the backup before it.
enum class Naming { time_stamped, fixed };
Naming naming_of(const config::Destination &destination);

/// "etc-20261122T020000Z.tar.zst": the template filled in, then what the file holds.
std::string archive_name(const config::Job &job, const std::string &host, WallTime time);

/// Whether a run of the job on that host may have called an archive so: the template with any time,
/// then any suffix of an archive.
bool is_archive_name_of(const config::Job &job, const std::string &host, std::string_view name);

/// The name of the lock that keeps two runs from one target: ".intact-TARGET.lock", where TARGET is
/// the template without its time.
std::string target_lock_name(const config::Job &job, const std::string &host);

} // namespace intact::destination
