#include "config/config.hpp"

#include "config/checks.hpp"
#include "config/job_builder.hpp"
#include "config/metrics_checks.hpp"
#include "config/places.hpp"
#include "config/plain_secrets.hpp"
#include "config/reader.hpp"
#include "config/rules.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace intact::config {
namespace {

/// What a run is handed was judged as a file when its job was loaded.
enum class Origin { file, handed };

void add_unreadable(const Error &error, const std::string &path, std::vector<Diagnostic> &out) {
    out.push_back(
        remark_on_path(Code::unreadable, path, {error.message(), "", std::string(error.hint())}));
}

void append(std::vector<Diagnostic> &out, std::vector<Diagnostic> more) {
    std::move(more.begin(), more.end(), std::back_inserter(out));
}

/// What stands below [defaults], or the path of the file that keeps us from knowing it.
struct Defaults {
    Layer layer;
    std::string broken_by;
};

/// Who writes to a place without {time} in its name.
struct Owner {
    std::string job;
    std::string file;
};

/// Builds the configuration job by job. A job's remarks fall on its own file.
class Loader {
public:
    Loader() : take_([this](LoadedJob job) { configuration_.jobs.push_back(std::move(job)); }) {}
    Loader(Account account, std::function<void(LoadedJob)> take)
        : account_(account), take_(std::move(take)) {}
    Loader(const Loader &) = delete;
    Loader &operator=(const Loader &) = delete;

    void load_defaults(const std::string &path) {
        Result<std::string> text = read_config_file(path);
        if (text) {
            take_defaults({path, *std::move(text)}, Origin::file);
            return;
        }
        configuration_.files.push_back(path);
        add_unreadable(text.error(), path, configuration_.diagnostics);
        defaults_.broken_by = path;
    }

    void take_defaults(FileText file, Origin origin) {
        const std::string path = file.path;
        configuration_.files.push_back(path);
        configuration_.main = std::move(file);
        const SourceText source(path, configuration_.main->text);
        Remarks remarks(source);
        if (std::optional<MainLayers> layers = read_main_layers(source, remarks)) {
            check_defaults(layers->defaults, remarks);
            if (origin == Origin::file) {
                check_plain_secrets(layers->defaults, path, remarks);
            }
            defaults_.layer = std::move(layers->defaults);
            check_metrics(layers->agent, remarks);
            configuration_.daemon = build_daemon_settings(layers->agent);
            configuration_.metrics = build_metrics_settings(layers->agent);
        }
        if (remarks.has_errors()) {
            defaults_.broken_by = path;
        }
        append(configuration_.diagnostics, remarks.take());
    }

    void load_job(const JobFile &file) {
        take_job(file, read_config_file(file.path), Origin::file);
    }

    void take_job(const JobFile &file, Result<std::string> text, Origin origin) {
        configuration_.files.push_back(file.path);
        std::optional<LoadedJob> loaded = read_job(file, std::move(text), origin);
        if (loaded) {
            take_(*std::move(loaded));
        } else {
            configuration_.broken.push_back({file.name, file.path});
        }
    }

    void report(std::vector<Diagnostic> diagnostics) {
        append(configuration_.diagnostics, std::move(diagnostics));
    }

    Configuration take() {
        std::sort(configuration_.jobs.begin(), configuration_.jobs.end(),
                  [](const LoadedJob &a, const LoadedJob &b) { return a.job.name < b.job.name; });
        return std::move(configuration_);
    }

private:
    std::optional<LoadedJob> read_job(const JobFile &file, Result<std::string> text,
                                      Origin origin) {
        std::vector<Diagnostic> found;
        std::optional<LoadedJob> loaded;
        check_name(file, found);
        if (!text) {
            add_unreadable(text.error(), file.path, found);
            append(configuration_.diagnostics, std::move(found));
            return loaded;
        }
        const SourceText source(file.path, *std::move(text));
        Remarks remarks(source);
        if (const std::optional<Layer> layer = read_job_layer(source, remarks)) {
            const Effective values(*layer, defaults_.layer);
            if (origin == Origin::file) {
                check_plain_secrets(*layer, file.path, remarks);
            }
            if (defaults_.broken_by.empty()) {
                check_job(file.name, values, remarks);
            }
            if (found.empty() && !remarks.has_errors()) {
                loaded = make(file, values, remarks, found);
            }
        }
        if (loaded) {
            loaded->text = source.text();
        }
        append(found, remarks.take());
        append(configuration_.diagnostics, std::move(found));
        return loaded;
    }

    static void check_name(const JobFile &file, std::vector<Diagnostic> &out) {
        if (!file.path.ends_with(".toml")) {
            out.push_back(
                remark_on_path(Code::bad_file_name, file.path,
                               {fmt::format("{} does not end in .toml", os::quoted_path(file.path)),
                                "", "a job's file is named NAME.toml"}));
        } else if (!is_job_name(file.name)) {
            out.push_back(
                remark_on_path(Code::bad_file_name, file.path,
                               {fmt::format("{} cannot name a job", ticked(file.name)), "",
                                "rename the file: lower-case letters, digits, '-' and '_', "
                                "starting with a letter or "
                                "digit, at most 63 characters"}));
        }
        if (file.may_be_masked) {
            out.push_back(remark_on_path(
                Code::masked_unknown, file.path,
                {fmt::format(
                     "job {} is not loaded: a directory that comes before it cannot be read",
                     ticked(file.name)),
                 "", "another file of this name, or a mask, may lie there"}));
        }
    }

    std::optional<LoadedJob> make(const JobFile &file, const Effective &values, Remarks &remarks,
                                  std::vector<Diagnostic> &found) {
        if (!defaults_.broken_by.empty()) {
            // Missing defaults could mean missing excludes or a wrong destination.
            found.push_back(remark_on_path(
                Code::defaults_unusable, file.path,
                {fmt::format("job {} is not loaded: its defaults in {} have errors",
                             ticked(file.name), os::quoted_path(defaults_.broken_by)),
                 "", "correct that file first"}));
            return std::nullopt;
        }
        std::optional<LoadedJob> loaded = build_job(file.name, values, account_);
        if (!claims_target(loaded->job, values, remarks)) {
            loaded.reset();
        }
        return loaded;
    }

    bool claims_target(const Job &job, const Effective &values, Remarks &remarks) {
        std::string name = job.destination.name;
        if (name.find("{time}") != std::string::npos) {
            return true;
        }
        for (std::size_t at = name.find("{job}"); at != std::string::npos;
             at = name.find("{job}")) {
            name.replace(at, 5, job.name);
        }
        const std::string place = plain_path(job.destination.path) + "/" + name;
        const auto &[owner, is_new] = targets_.try_emplace(place, Owner{job.name, job.file});
        const Owner &taken = owner->second;
        if (is_new || taken.job == job.name) {
            return true;
        }
        const Value *own = values.job().find("destination.name");
        own = own != nullptr ? own : values.job().find("destination.path");
        remarks.add(
            Code::same_destination, own == nullptr ? Span{} : own->span,
            {fmt::format("job {} writes to the same place: {}", ticked(taken.job), ticked(place)),
             "",
             fmt::format("each would replace the other's backup; put {{job}} or {{time}} into "
                         "the name here or in {}",
                         os::quoted_path(taken.file))});
        return false;
    }

    Configuration configuration_;
    Defaults defaults_;
    std::map<std::string, Owner> targets_; ///< by place
    Account account_ = Account::kept;
    std::function<void(LoadedJob)> take_;
};

Configuration load_with(Loader &loader, const Places &places) {
    FoundFiles files = find_files(places);
    loader.report(std::move(files.diagnostics));
    if (files.main) {
        loader.load_defaults(*files.main);
    }
    for (const JobFile &job : files.jobs) {
        loader.load_job(job);
    }
    return loader.take();
}

} // namespace

const Job *Configuration::find(std::string_view name) const {
    const auto found = std::find_if(jobs.begin(), jobs.end(),
                                    [name](const LoadedJob &one) { return one.job.name == name; });
    return found == jobs.end() ? nullptr : &found->job;
}

std::size_t Configuration::errors() const {
    return static_cast<std::size_t>(
        std::count_if(diagnostics.begin(), diagnostics.end(),
                      [](const Diagnostic &one) { return one.severity == Severity::error; }));
}

Configuration load(const Places &places) {
    Loader loader;
    return load_with(loader, places);
}

Configuration load_each(const Places &places, const std::function<void(LoadedJob)> &take) {
    Loader loader(Account::left_out, take);
    return load_with(loader, places);
}

Configuration load_snapshot(const Snapshot &snapshot) {
    Loader loader;
    if (snapshot.main) {
        loader.take_defaults(*snapshot.main, Origin::handed);
    }
    loader.take_job({stem_of(snapshot.job.path), snapshot.job.path, false}, snapshot.job.text,
                    Origin::handed);
    return loader.take();
}

Configuration load_files(const std::vector<std::string> &files) {
    Loader loader;
    const auto is_main = [](const std::string &path) {
        return path == kMainFile || path.ends_with("/" + std::string(kMainFile));
    };
    // First, wherever it stands in the list: the jobs take their defaults from it.
    for (const std::string &path : files) {
        if (is_main(path)) {
            loader.load_defaults(path);
        }
    }
    for (const std::string &path : files) {
        if (!is_main(path)) {
            loader.load_job({stem_of(path), path, false});
        }
    }
    return loader.take();
}

} // namespace intact::config
