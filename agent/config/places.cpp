#include "config/places.hpp"

#include "config/source_text.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fmt/format.h>
#include <map>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace intact::config {
namespace {

constexpr std::array<std::string_view, 4> kSystemPlaces{"/etc/intact", "/run/intact",
                                                        "/usr/local/lib/intact", "/usr/lib/intact"};
constexpr std::string_view kSystemState = "/var/lib/intact";
constexpr std::string_view kSuffix = ".toml";

std::string environment(const char *name) {
    const char *value = std::getenv(name);
    return value == nullptr ? "" : value;
}

/// Also true for what this user may not look at: it may well be there, and reading it then says why
/// it cannot be read.
bool may_exist(const std::string &path) {
    struct stat status{};
    return lstat(path.c_str(), &status) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

/// A symlink to /dev/null, as for units of systemd.
bool is_mask(const std::string &path) {
    struct stat status{};
    return stat(path.c_str(), &status) == 0 && S_ISCHR(status.st_mode) &&
           status.st_rdev == makedev(1, 3);
}

bool is_job_file(std::string_view name) {
    return name.ends_with(kSuffix) && !name.starts_with('.');
}

/// Collects the files of all directories, those of higher precedence first.
class Search {
public:
    explicit Search(bool is_explicit) : is_explicit_(is_explicit) {}

    void add(const std::string &directory) {
        if (is_explicit_ && !may_exist(directory)) {
            report(directory, fmt::format("{} does not exist", os::quoted_path(directory)),
                   "check --config-dir and INTACT_CONFIG_DIR=");
            return;
        }
        const std::string main = directory + "/" + std::string(kMainFile);
        if (!has_main_ && may_exist(main)) {
            has_main_ = true;
            if (!is_mask(main)) {
                found_.main = main;
            }
        }
        add_jobs(directory + "/jobs.d");
    }

    FoundFiles take() {
        for (auto &[name, job] : jobs_) {
            if (job) {
                found_.jobs.push_back(std::move(*job));
            }
        }
        std::sort(found_.jobs.begin(), found_.jobs.end(),
                  [](const JobFile &a, const JobFile &b) { return a.name < b.name; });
        return std::move(found_);
    }

private:
    void add_jobs(const std::string &path) {
        const Result<std::vector<std::string>> names = names_in_directory(path);
        if (!names) {
            report(path, names.error().message(), std::string(names.error().hint()));
            is_unsure_ = true;
            return;
        }
        for (const std::string &name : *names) {
            const std::string full = path + "/" + name;
            if (is_job_file(name) && !jobs_.contains(name)) {
                jobs_[name] = is_mask(full)
                                  ? std::nullopt
                                  : std::optional(JobFile{stem_of(name), full, is_unsure_});
            }
        }
    }

    static Result<std::vector<std::string>> names_in_directory(const std::string &path) {
        if (!may_exist(path)) {
            return std::vector<std::string>{};
        }
        INTACT_TRY_ASSIGN(const os::Directory directory, os::Directory::open(path));
        return directory.names();
    }

    void report(const std::string &path, std::string message, std::string hint) {
        found_.diagnostics.push_back(
            remark_on_path(Code::unreadable, path, {std::move(message), "", std::move(hint)}));
    }

    bool is_explicit_;
    bool has_main_ = false;
    bool is_unsure_ = false;
    FoundFiles found_;
    std::map<std::string, std::optional<JobFile>> jobs_; ///< by file name; empty: masked
};

} // namespace

std::string stem_of(const std::string &path) {
    const std::string name = path.substr(path.rfind('/') + 1); // npos + 1 is 0: the whole path
    return name.substr(0, name.ends_with(kSuffix) ? name.size() - kSuffix.size() : name.size());
}

Places find_places(const std::string &config_dir, const std::string &state_dir) {
    Places places;
    const std::string config = config_dir.empty() ? environment("INTACT_CONFIG_DIR") : config_dir;
    if (config.empty()) {
        places.directories.assign(kSystemPlaces.begin(), kSystemPlaces.end());
    } else {
        places.directories.push_back(config);
    }
    // systemd gives a list when a unit has several state directories; the first is ours.
    const std::string given = environment("STATE_DIRECTORY");
    for (const std::string &candidate :
         {state_dir, environment("INTACT_STATE_DIR"), given.substr(0, given.find(':')),
          std::string(kSystemState)}) {
        if (places.state_dir.empty()) {
            places.state_dir = candidate;
        }
    }
    return places;
}

FoundFiles find_files(const Places &places) {
    // One directory is one that somebody named, and a slip in its name must not look like "no
    // jobs".
    Search search(places.directories.size() == 1);
    for (const std::string &directory : places.directories) {
        search.add(directory);
    }
    return search.take();
}

} // namespace intact::config
