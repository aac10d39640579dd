// What is run inside a container: tar, with its digest and length told apart from its output. Knows
// no kubectl.
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

/// A word that nothing in the container can know beforehand: 128 random bits. Errors:
/// out_of_resources.
Result<std::string> make_mark();

} // namespace intact::source
