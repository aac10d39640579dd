// From the files of an operator to typed jobs, or to diagnostics that point at the place.
// Knows toml++; nobody else does.
#pragma once

#include "base/error.hpp"
#include "config/diagnostic.hpp"
#include "config/job.hpp"
#include "config/listen_address.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace intact::config {

/// Where configuration lies. `directories` in order of precedence: the first that holds intact.toml
/// gives it; of job files with the same name the first wins whole; a symlink to /dev/null masks.
/// A single directory is one that somebody named: that it is missing is an error then.
struct Places {
    std::vector<std::string> directories;
    std::string state_dir;
};

/// --config-dir and --state-dir as given (empty: not), then INTACT_CONFIG_DIR and INTACT_STATE_DIR,
/// then $STATE_DIRECTORY, then the built-in /etc/intact, /run/intact, /usr/local/lib/intact,
/// /usr/lib/intact and /var/lib/intact.
Places find_places(const std::string &config_dir, const std::string &state_dir);

/// Where an effective value came from: line 0 means the built-in default.
struct Setting {
    std::string key;   ///< dotted, "destination.path"
    std::string value; ///< as TOML would spell it; secrets never appear
    std::string file;
    unsigned line = 0;
};

/// A file as it was read.
struct FileText {
    std::string path;
    std::string text;
};

struct LoadedJob {
    Job job;
    std::string text; ///< of its file
    /// Every key that has a meaning for this job, in the order of the manual; a variable of the
    /// environment is a key of its own, and its value is hidden.
    std::vector<Setting> settings;
};

/// A job file that cannot be used: it is reported, and hides no other job.
struct BrokenJob {
    std::string name;
    std::string file;
};

/// What intact.toml says of the daemon itself.
struct DaemonSettings {
    unsigned max_concurrent_runs = 2;
    unsigned max_runs_per_filesystem = 1;
    std::chrono::microseconds shutdown_grace = std::chrono::minutes(5);
    std::optional<std::chrono::microseconds> survey_interval = std::chrono::minutes(15);
};

/// [metrics] in intact.toml.
struct MetricsSettings {
    /// None: nothing is served.
    std::vector<ListenAddress> listen{{ListenAddress::Family::ipv4, "127.0.0.1", 10471}};
    std::string textfile; ///< these four are empty when not given
    std::string certificate;
    std::string key;
    std::string client_ca;
    std::map<std::string, std::string> users; ///< name to bcrypt hash; none: everybody may read
    unsigned max_connections = 64;
    std::chrono::microseconds header_timeout = std::chrono::seconds(10);

    friend bool operator==(const MetricsSettings &, const MetricsSettings &) = default;
};

struct Configuration {
    std::optional<FileText> main; ///< intact.toml, when there is one
    DaemonSettings daemon;
    MetricsSettings metrics;
    std::vector<LoadedJob> jobs; ///< sorted by name
    std::vector<BrokenJob> broken;
    std::vector<Diagnostic>
        diagnostics;                ///< errors and warnings of all files, in file and line order
    std::vector<std::string> files; ///< every file that was read

    const Job *find(std::string_view name) const;
    /// Of the diagnostics; 0: all that was read can be used.
    std::size_t errors() const;
};

/// Reads everything; never fails as a whole. An unreadable directory or file is a diagnostic.
/// An error in intact.toml breaks all jobs: one that runs without its defaults may lack its
/// excludes.
Configuration load(const Places &places);
/// Hands each job over as soon as it is read, by name and without its settings, instead of keeping
/// it: for who reads ten thousand and keeps little of each.
Configuration load_each(const Places &places, const std::function<void(LoadedJob)> &take);
/// load() for job files named by hand (`intact check FILE…`); an intact.toml among them is
/// checked as such.
Configuration load_files(const std::vector<std::string> &files);

/// One job and what it takes its defaults from, as they were at some time: whatever the files hold
/// by now, a run can be made by it.
struct Snapshot {
    std::optional<FileText> main;
    FileText job;
};
Configuration load_snapshot(const Snapshot &snapshot);
std::string snapshot_json(const Snapshot &snapshot);
/// Errors: config_invalid.
Result<Snapshot> parse_snapshot(const std::string &json);

/// Names within edit distance 2, best first: for "did you mean".
std::vector<std::string> nearest(std::string_view word, const std::vector<std::string> &known);

} // namespace intact::config
