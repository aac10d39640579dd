#include "cli/choose_backup.hpp"

#include "cli/choose_jobs.hpp"
#include "config/config.hpp"
#include "destination/backup_name.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <utility>

namespace intact::cli {
namespace {

using SharedDirectory = std::shared_ptr<const os::Directory>;

Result<SharedDirectory> open_shared(const std::string &path, os::Sys &sys) {
    return os::Directory::open(path, sys).map([](os::Directory directory) {
        return SharedDirectory(std::make_shared<os::Directory>(std::move(directory)));
    });
}

Result<ChosenBackup> find_in(SharedDirectory directory, const std::string &name) {
    INTACT_TRY_ASSIGN(auto found, destination::find_backup(*directory, name));
    return ChosenBackup{std::move(directory), std::move(found)};
}

Result<ChosenBackup> find_by_path(const Session &session, const std::string &path) {
    const std::size_t slash = path.rfind('/');
    INTACT_TRY_ASSIGN(auto directory,
                      open_shared(slash == 0 ? "/" : path.substr(0, slash), *session.sys));
    return find_in(std::move(directory), path.substr(slash + 1));
}

// The newest one that this host took. When a manifest that cannot be read may be of a newer one, an
// older backup must not pass for the newest.
Result<ChosenBackup> newest_of(const Session &session, const config::Job &job) {
    const std::string host = session.context().host;
    INTACT_TRY_ASSIGN(auto directory, open_shared(job.destination.path, *session.sys));
    INTACT_TRY_ASSIGN(auto backups, destination::list_backups(*directory, job.name));
    const auto newest = std::find_if(backups.rbegin(), backups.rend(), [&](const auto &backup) {
        return backup.manifest && backup.manifest->host == host;
    });
    for (const destination::FoundBackup &backup : backups) {
        const std::string archive = destination::archive_of(backup.manifest_name);
        if (!backup.manifest && destination::is_archive_name_of(job, host, archive) &&
            (newest == backups.rend() || archive >= newest->manifest->archive)) {
            return fail(Error(backup.manifest.error())
                            .within(fmt::format("find the newest backup of job '{}'", job.name))
                            .with_hint("name the backup you want: 'intact list' shows them"));
        }
    }
    if (newest != backups.rend()) {
        return ChosenBackup{std::move(directory), std::move(*newest)};
    }
    Error none(ErrorCode::not_found,
               fmt::format("job '{}' has no backup of host '{}' in {}", job.name, host,
                           os::quoted_path(job.destination.path)));
    return fail(
        backups.empty()
            ? std::move(none).with_hint(fmt::format("'intact run {}' takes one", job.name))
            : std::move(none).with_hint("those of other hosts can be given by their names"));
}

std::set<std::string> destinations_of(const config::Configuration &configuration) {
    std::set<std::string> paths;
    for (const config::LoadedJob &loaded : configuration.jobs) {
        paths.insert(loaded.job.destination.path);
    }
    return paths;
}

} // namespace

std::string fault_of(const destination::FoundBackup &backup) {
    if (!backup.manifest) {
        return backup.manifest.error().message();
    }
    if (!backup.size) {
        return "the archive is missing";
    }
    if (*backup.size != backup.manifest->bytes) {
        return fmt::format("the archive has {} bytes, its manifest says {}", *backup.size,
                           backup.manifest->bytes);
    }
    return "";
}

Result<ChosenBackup> choose_backup(const Session &session, const std::string &word) {
    if (word.find('/') != std::string::npos) {
        return find_by_path(session, word);
    }
    const config::Configuration configuration = config::load(session.places());
    if (const config::Job *job = configuration.find(word)) {
        return newest_of(session, *job);
    }
    std::vector<ChosenBackup> found;
    for (const std::string &path : destinations_of(configuration)) {
        auto directory = open_shared(path, *session.sys);
        if (!directory) {
            continue; // of another job, or not mounted; the message below names what was asked for
        }
        auto backup = find_in(*std::move(directory), word);
        if (backup) {
            found.push_back(*std::move(backup));
        } else if (backup.error().code() != ErrorCode::not_found) {
            return backup;
        }
    }
    if (found.size() > 1) {
        return fail(
            Error(ErrorCode::usage, fmt::format("'{}' is in {} and in {}", word,
                                                os::quoted_path(found[0].directory->path()),
                                                os::quoted_path(found[1].directory->path())))
                .with_hint("give the path of the one you want"));
    }
    if (!found.empty()) {
        return std::move(found.front());
    }
    INTACT_TRY_ASSIGN(auto here, open_shared(".", *session.sys));
    auto backup = find_in(std::move(here), word);
    if (backup || backup.error().code() != ErrorCode::not_found) {
        return backup;
    }
    const auto as_job = choose_job(configuration, word);
    if (as_job.error().code() == ErrorCode::config_invalid) {
        return fail(as_job.error());
    }
    return fail(
        Error(ErrorCode::not_found,
              fmt::format("'{}' is neither a job nor a backup that is found at "
                          "a job's destination",
                          word))
            .with_hint("'intact list' shows the backups; a path to the archive works, too"));
}

std::vector<ChosenBackup> all_backups(const Session &session,
                                      const std::vector<const config::Job *> &jobs,
                                      std::vector<Error> &problems) {
    std::vector<ChosenBackup> all;
    std::set<std::pair<std::string, std::string>> seen;
    for (const config::Job *job : jobs) {
        const std::string &path = job->destination.path;
        const auto directory = open_shared(path, *session.sys);
        if (!directory) {
            problems.push_back(directory.error());
            continue;
        }
        auto listed = destination::list_backups(**directory, job->name);
        if (!listed) {
            problems.push_back(listed.error());
            continue;
        }
        for (destination::FoundBackup &backup : *listed) {
            if (seen.emplace(path, backup.manifest_name).second) {
                all.push_back({*directory, std::move(backup)});
            }
        }
    }
    return all;
}

} // namespace intact::cli
