// Where a job's bytes come from, as the operator wrote it. Knows no TOML.
#pragma once

#include "config/exit_rules.hpp"
#include "config/variable.hpp"
#include "formats/format.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace intact::config {

enum class SourceType { files, command, kubernetes, postgresql, mysql, mongodb, sqlite, redis };
/// Whether a pod tells the digest of what it sends.
enum class PodDigest { automatic, required, off };

std::string_view name_of(SourceType type);

/// What must be mounted where a path leads.
struct RequiredMount {
    bool any = false;     ///< whatever is not the root filesystem
    std::string identity; ///< this one: a UUID, or a network mount's source; empty: none is named

    friend bool operator==(const RequiredMount &, const RequiredMount &) = default;
};

struct FilesSource {
    std::vector<std::string> paths;   ///< absolute, at least one
    std::vector<std::string> exclude; ///< patterns, see source/exclude.hpp
    bool one_file_system = false;
    bool exclude_caches = true; ///< directories tagged by CACHEDIR.TAG keep only the tag
    std::vector<std::string> exclude_if_present{".nobackup"}; ///< directories holding such a file
    RequiredMount require_mount;                              ///< of every path
};

struct CommandSource {
    std::vector<std::string> command; ///< argv, no shell
    formats::Format format;           ///< how the end of its stream is proven
    std::uint64_t min_size = 0;       ///< bytes; what is shorter is not whole
    std::string end_pattern;          ///< of format regex only
    std::uint64_t end_window = 0;     ///< bytes at the end in which it must be found
    Variables environment;            ///< added to a clean one
    std::string working_directory = "/";
    ExitRules exit;
};

struct KubernetesSource {
    std::string kubectl = "kubectl";
    std::string namespace_; ///< empty: the context's own
    std::string context;    ///< empty: the current one
    std::string kubeconfig; ///< empty: kubectl's default
    std::string pod;        ///< exactly one of pod and selector
    std::string selector;
    std::string container;            ///< empty: the pod's default
    std::string path;                 ///< absolute, inside the container
    std::vector<std::string> exclude; ///< handed to the pod's tar
    PodDigest digest = PodDigest::automatic;
    ExitRules exit; ///< of the pod's tar
};

/// A server's database, or a file of SQLite's, as its own tool dumps it. What is empty or 0 is left
/// to that tool.
struct DatabaseSource {
    SourceType type = SourceType::postgresql;
    std::string database; ///< a name, or kAllDatabases; empty: its type knows none
    std::string file;     ///< absolute; of sqlite
    std::string host;
    unsigned port = 0;
    std::string socket;
    std::string user;
    std::optional<VariableValue> password;
    std::string tools;                ///< directory of the programs; empty: by PATH
    std::vector<std::string> options; ///< more of the tool that dumps
    formats::Format format;           ///< what that one writes
    std::uint64_t min_size = 0;       ///< bytes; what is shorter is not whole
    Variables environment;            ///< added to a clean one
    ExitRules exit;
};

inline constexpr std::string_view kAllDatabases = "all";

using Source = std::variant<FilesSource, CommandSource, KubernetesSource, DatabaseSource>;

/// What the stream of a source is said to be before it is seen.
formats::Format stream_format(const Source &source);

} // namespace intact::config
