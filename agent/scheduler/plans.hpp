// From the configuration to what the scheduler needs of it.
#pragma once

#include "config/config.hpp"
#include "os/mount.hpp"
#include "scheduler/plan.hpp"

#include <string>
#include <vector>

namespace intact::scheduler {

/// What is the same for all jobs of this host at this time.
struct HostFacts {
    std::string machine_id;        ///< machine-id(5), or the host's name
    std::vector<os::Mount> mounts; ///< told as the kernel does, not by looking at what may hang
    unsigned zone_changes = 0;     ///< of the host's time zone, so far
};
/// `host`: its name.
HostFacts read_host_facts(const std::string &host);

Plan plan_of(const config::Job &job, const HostFacts &host);
Limits limits_of(const config::DaemonSettings &settings);

/// The device that a path lies on, by its text alone: symlinks are not followed, since that would
/// wait for a server that is gone. Empty: unknown.
std::string filesystem_of(const std::string &path, const std::vector<os::Mount> &mounts);

} // namespace intact::scheduler
