// Which files make the configuration: directories in order, the first of a name wins, masks.
// Knows names and kinds of files, not what they hold.
#pragma once

#include "config/config.hpp"

#include <optional>

namespace intact::config {

inline constexpr std::string_view kMainFile = "intact.toml";

struct JobFile {
    std::string name; ///< the stem, whether it can name a job or not
    std::string path;
    bool may_be_masked = false; ///< a directory of higher precedence could not be read
};

struct FoundFiles {
    std::optional<std::string> main; ///< intact.toml
    std::vector<JobFile> jobs;       ///< sorted by name
    std::vector<Diagnostic> diagnostics;
};

FoundFiles find_files(const Places &places);
/// "etc" for "/a/jobs.d/etc.toml".
std::string stem_of(const std::string &path);

} // namespace intact::config
