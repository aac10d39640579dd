#include "destination/chain.hpp"

#include "destination/backup_name.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

namespace intact::destination {

ChainReport check_chain(const std::vector<FoundBackup> &backups, const std::string &host) {
    ChainReport report;
    std::map<std::string_view, const FoundBackup *> earlier;
    const auto is_later_in_the_list = [&](const FoundBackup &here, std::string_view archive) {
        return std::any_of(&here, backups.data() + backups.size(), [&](const FoundBackup &backup) {
            return backup.manifest && backup.manifest->archive == archive;
        });
    };
    for (const FoundBackup &backup : backups) {
        if (!backup.manifest || backup.manifest->host != host) {
            continue;
        }
        const Manifest &manifest = *backup.manifest;
        const std::string &previous = manifest.previous_archive;
        const auto found = earlier.find(previous);
        if (found != earlier.end() &&
            found->second->manifest_sha256 != manifest.previous_manifest_sha256) {
            report.faults.push_back(
                Error(ErrorCode::manifest_damaged,
                      fmt::format("verify '{}': it is not the one that '{}' was taken after: "
                                  "expected SHA-256 {}, found {}",
                                  found->second->manifest_name, manifest.archive,
                                  manifest.previous_manifest_sha256,
                                  found->second->manifest_sha256))
                    .with_hint("its backup was exchanged or its manifest written anew after that"));
        } else if (found == earlier.end() && !previous.empty() && !earlier.empty() &&
                   !is_later_in_the_list(backup, previous)) {
            report.gaps.push_back(fmt::format("'{}' was taken after '{}', which is gone",
                                              manifest.archive, previous));
        }
        earlier[manifest.archive] = &backup;
    }
    return report;
}

Result<std::vector<Error>> find_unproven(const os::Directory &directory, const config::Job &job,
                                         const std::string &host) {
    INTACT_TRY_ASSIGN(const std::vector<std::string> names, directory.names());
    const std::set<std::string_view> there(names.begin(), names.end());
    std::vector<Error> faults;
    for (const std::string &name : names) {
        if (is_archive_name_of(job, host, name) &&
            there.count(name + std::string(kManifestSuffix)) == 0) {
            faults.push_back(
                Error(ErrorCode::backup_missing,
                      fmt::format("verify {}: it has no manifest, nothing proves it",
                                  os::quoted_path(directory.path_of(name))))
                    .with_hint("if a run died while it published, the job's next run finishes "
                               "that; else move the file away"));
        }
    }
    return faults;
}

} // namespace intact::destination
