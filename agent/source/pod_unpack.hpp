// A tar into a pod's container by `kubectl exec`, whose success proves nothing: the pod tells what
// it took. Knows no backup.
#pragma once

#include "base/error.hpp"
#include "base/warning.hpp"
#include "config/job.hpp"
#include "source/command.hpp"
#include "source/pod_lookup.hpp"
#include "source/pod_script.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace intact::source {

/// What a pod took; nothing and empty where it could not tell.
struct PodReceipt {
    std::optional<std::uint64_t> bytes;
    std::string sha256;
};

class PodUnpack {
public:
    PodUnpack(config::KubernetesSource source, PodTarget target, LineSink on_stderr,
              std::function<void(Warning)> on_warning)
        : source_(std::move(source)), target_(std::move(target)), on_stderr_(std::move(on_stderr)),
          on_warning_(std::move(on_warning)) {}

    /// Finds the pod, and whether the tar can be unpacked there; writes nothing but the directory.
    /// A container that cannot tell what it takes is a warning of kind degraded. Errors: those of
    /// find_pod(); what KubectlWords knows; already_exists; program_missing; source_failed;
    /// cancelled.
    Result<> look(const std::stop_token &stop);

    /// After look(), once: unpacks what comes by `input` to its end. Whether that is what was sent,
    /// which receipt() tells, is for the caller to see. Errors: as above; source_failed for a tar
    /// that failed; source_incomplete.
    Result<> take(os::UniqueFd input, const std::stop_token &stop);

    /// "namespace/pod:directory", after look().
    std::string place() const;
    /// Of take(), whatever it returned.
    const PodReceipt &receipt() const { return receipt_; }

private:
    struct Heard;
    Result<> exec(const std::vector<std::string> &inside, Heard &heard, os::UniqueFd input,
                  const std::stop_token &stop);
    Result<> look_by_shell(const std::stop_token &stop);

    const config::KubernetesSource source_;
    const PodTarget target_;
    const LineSink on_stderr_;
    const std::function<void(Warning)> on_warning_;
    std::optional<Pod> pod_;
    bool tells_ = false; ///< the container can tell what it takes
    PodReceipt receipt_;
};

} // namespace intact::source
