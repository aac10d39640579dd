// Which pod a job means, and what became of it later: what `kubectl get pods` says. Knows no
// stream.
#pragma once

#include "base/error.hpp"
#include "config/job.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace intact::source {

struct PodContainer {
    std::uint64_t restarts = 0;
    bool is_ready = false;
    std::string waits_for; ///< "CrashLoopBackOff"; empty: it does not wait
    std::string ended;     ///< why it is not running now: "OOMKilled"
    std::string ended_before;
};

struct Pod {
    std::string name;
    std::string uid;
    std::string phase; ///< "Running"
    bool is_ready = false;
    bool is_going = false; ///< its deletion has begun
    std::string reason;    ///< "Evicted"
    std::map<std::string, PodContainer> containers;

    bool is_usable() const { return phase == "Running" && is_ready && !is_going; }
    /// For people: "Running, not ready: db waits (CrashLoopBackOff)".
    std::string state() const;
};

/// Reads what kPodLines of pod_lookup.cpp prints; a line that is none of it is left out.
std::vector<Pod> parse_pods(std::string_view text);

/// The pod of that name, or the one ready pod that the selector names. Runs kubectl once. Errors:
/// source_failed naming every candidate and why it is none; what KubectlWords knows, not_found
/// among it; program_missing; cancelled.
Result<Pod> find_pod(const config::KubernetesSource &source, const std::stop_token &stop);

/// After a stream that broke off: what befell the pod since `before`. Nothing when nothing did, or
/// when that cannot be told. Runs kubectl once.
std::optional<std::string> what_befell(const config::KubernetesSource &source, const Pod &before,
                                       const std::stop_token &stop);

} // namespace intact::source
