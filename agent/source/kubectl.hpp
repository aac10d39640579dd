// How kubectl is called: with the job's cluster and namespace, and with what a program in a pod
// knows of its own cluster. Runs nothing.
#pragma once

#include "config/job.hpp"

#include <string>
#include <vector>

namespace intact::source {

/// kubectl with the job's kubeconfig, context and namespace, before its own words.
config::CommandSource kubectl(const config::KubernetesSource &source);

/// To run that in the pod's container. Its stdin is kubectl's own, or empty.
enum class PodStdin { none, ours };
config::CommandSource kubectl_exec(const config::KubernetesSource &source, const std::string &pod,
                                   PodStdin from, const std::vector<std::string> &inside);

} // namespace intact::source
