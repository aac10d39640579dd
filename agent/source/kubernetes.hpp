// The `kubernetes` source: tar inside a pod's container by `kubectl exec`, as a command.
#pragma once

#include "base/error.hpp"
#include "config/job.hpp"
#include "source/command.hpp"

namespace intact::source {

/// Finds the pod (by name, or the one that the selector names) and gives the command whose stdout
/// is the tar stream. Runs kubectl once when there is a selector. Errors: source_failed, naming the
/// pods, unless exactly one is running and ready; program_missing; cancelled.
Result<config::CommandSource> kubernetes_command(const config::KubernetesSource &source,
                                                 const std::stop_token &stop);

} // namespace intact::source
