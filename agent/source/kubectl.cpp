#include "source/kubectl.hpp"

#include <cstdlib>
#include <fmt/format.h>

namespace intact::source {

config::CommandSource kubectl(const config::KubernetesSource &source) {
    config::CommandSource called;
    called.command.push_back(source.kubectl);
    const auto add = [&](std::string_view option, const std::string &value) {
        if (!value.empty()) {
            called.command.push_back(fmt::format("--{}={}", option, value));
        }
    };
    add("kubeconfig", source.kubeconfig);
    add("context", source.context);
    add("namespace", source.namespace_);
    // In a pod itself, kubectl without a kubeconfig finds its cluster by these.
    for (const char *name : {"KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"}) {
        if (const char *value = std::getenv(name)) {
            called.environment.emplace(name, config::VariableValue{.text = value});
        }
    }
    return called;
}

config::CommandSource kubectl_exec(const config::KubernetesSource &source, const std::string &pod,
                                   PodStdin from, const std::vector<std::string> &inside) {
    config::CommandSource exec = kubectl(source);
    exec.command.emplace_back("exec");
    if (from == PodStdin::ours) {
        exec.command.emplace_back("--stdin");
    }
    exec.command.push_back(pod);
    if (!source.container.empty()) {
        exec.command.push_back("--container=" + source.container);
    }
    exec.command.emplace_back("--");
    exec.command.insert(exec.command.end(), inside.begin(), inside.end());
    return exec;
}

} // namespace intact::source
