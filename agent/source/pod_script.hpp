// What is run inside a container: tar, with the digest and length of what it writes or reads told
// apart from that. Knows no kubectl.
#pragma once

#include "base/error.hpp"
#include "config/job.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace intact::source {

/// tar alone: for a container without a shell. Its status is what kubectl ends with.
std::vector<std::string> plain_tar(const config::KubernetesSource &source);

/// A shell (POSIX; also BusyBox's) that runs the same tar and tells on stderr, in lines that begin
/// with `mark`, what PodMarks reads. No byte of the data is written to a file there.
std::vector<std::string> marked_tar(const config::KubernetesSource &source, std::string_view mark);

/// Where a restore goes in a pod.
struct PodTarget {
    std::string directory = "/"; ///< absolute; made if missing
    std::string must_be_free;    ///< absolute: nothing may lie here; empty: whatever may
};

/// A shell that tells by PodMarks whether a restore can go there, and makes the directory: "no
/// tar", "no target", "no room", programs for the next one; then "status 0". Takes no input.
std::vector<std::string> marked_look(const PodTarget &target, std::string_view mark);
/// A shell that unpacks its stdin there and tells tar's status, and of the input digest and length.
std::vector<std::string> marked_untar(const PodTarget &target, std::string_view mark);
/// tar alone.
std::vector<std::string> plain_untar(const PodTarget &target);

/// A word that nothing in the container can know beforehand: 128 random bits. Errors:
/// out_of_resources.
Result<std::string> make_mark();

} // namespace intact::source
