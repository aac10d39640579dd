// What the values of a job mean together: which must be there, which contradict each other.
// Knows no TOML and no other job.
#pragma once

#include "config/layer.hpp"
#include "formats/format.hpp"

#include <optional>

namespace intact::config {

/// The rules that hold within [defaults] alone.
void check_defaults(const Layer &defaults, Remarks &remarks);
/// All rules; remarks fall on the job's own file only. `name` is the job's.
void check_job(const std::string &name, const Effective &values, Remarks &remarks);

/// Nothing when the job's file has none, or one that is no type.
std::optional<SourceType> source_type_of(const Effective &values);
/// The level that somebody wrote for the compression in effect: one from [defaults] is for the
/// compression that stands there, and does not follow a job to another.
Effective::Found level_of(const Effective &values);
Compression compression_of(const Effective &values);
/// By reason, the job's own over those of [defaults].
Reactions reactions_of(const Effective &values);
formats::Format format_of(const Effective &values);
std::string destination_path_of(const std::string &job, const Effective &values);
/// Without "//", "/./", "/../" and a '/' at the end, so that equal places compare equal.
std::string plain_path(const std::string &path);

} // namespace intact::config
