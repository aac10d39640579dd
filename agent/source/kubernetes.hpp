// The `kubernetes` source: tar inside a pod's container by `kubectl exec`, whose success proves
// nothing: what came is compared with what the pod says it sent.
#pragma once

#include "base/byte_sink.hpp"
#include "base/error.hpp"
#include "base/tail.hpp"
#include "base/warning.hpp"
#include "config/job.hpp"
#include "source/command.hpp"
#include "source/pod_lookup.hpp"
#include "source/pod_marks.hpp"
#include "source/stderr_lines.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace intact::source {

class PodStream {
public:
    PodStream(const config::KubernetesSource &source, LineSink on_stderr,
              std::function<void(Warning)> on_warning)
        : source_(source), on_stderr_(std::move(on_stderr)), on_warning_(std::move(on_warning)) {}

    /// Finds the pod and moves its tar stream into the sink; once. A container that cannot tell
    /// what it sent is a warning of kind degraded. Errors: those of find_pod(); what KubectlWords
    /// knows; program_missing for a container without tar, or without what pod_digest = "required"
    /// needs; source_failed for a tar that failed; source_incomplete when the pod did not say that
    /// tar had ended, or sent more bytes than came; cancelled; whatever the sink reports.
    Result<> stream(ByteSink &sink, const std::stop_token &stop);

    /// After stream(): whether the pod sent these very bytes; well where it could not say. Errors:
    /// source_incomplete.
    Result<> agree(std::string_view sha256) const;
    /// Whether there is a digest to agree with.
    bool has_digest() const { return !sha256_.empty(); }
    /// "namespace/pod:path", the pod by its own name once that is known.
    std::string item() const;
    std::string stderr_tail() const { return std::string(said_.text()); }

private:
    struct Attempt;

    Result<> run(Attempt &attempt, ByteSink &sink, const std::stop_token &stop);
    Result<> judge(const Attempt &attempt);
    Result<> judge_end(const Attempt &attempt, int status);
    Result<> judge_length(const PodMarks &marks, std::uint64_t came);
    Result<> explain(Error error, const Attempt &attempt, const std::stop_token &stop) const;
    Result<> degrade(std::string_view lack);

    const config::KubernetesSource &source_;
    const LineSink on_stderr_;
    const std::function<void(Warning)> on_warning_;
    std::optional<Pod> pod_;
    std::string sha256_; ///< of what the pod sent; empty: it could not say
    Tail said_{kStderrTailBytes};
};

} // namespace intact::source
