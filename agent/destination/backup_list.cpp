#include "destination/backup_list.hpp"

#include "pipeline/digest.hpp"

#include <algorithm>
#include <fcntl.h>
#include <fmt/format.h>

namespace intact::destination {
namespace {

FoundBackup read_backup(const os::Directory &directory, const std::string &manifest_name) {
    const auto text = directory.read_file(manifest_name, kManifestLimitBytes);
    if (!text) {
        return {manifest_name, "", fail(text.error()), std::nullopt};
    }
    FoundBackup found{manifest_name, pipeline::Sha256::of(*text), parse_manifest(*text),
                      std::nullopt};
    if (!found.manifest) {
        found.manifest =
            fail(std::move(found.manifest)
                     .error()
                     .within("read " + os::quoted_path(directory.path_of(manifest_name))));
        return found;
    }
    struct stat status{};
    if (fstatat(directory.fd(), found.manifest->archive.c_str(), &status, AT_SYMLINK_NOFOLLOW) ==
        0) {
        found.size = static_cast<std::uint64_t>(status.st_size);
    }
    return found;
}

// Damaged ones first, then by run id, which sorts by time.
bool is_older(const FoundBackup &a, const FoundBackup &b) {
    const std::string_view left = a.manifest ? std::string_view(a.manifest->run_id) : "";
    const std::string_view right = b.manifest ? std::string_view(b.manifest->run_id) : "";
    return left != right ? left < right : a.manifest_name < b.manifest_name;
}

std::string_view without(std::string_view text, std::string_view suffix) {
    return text.ends_with(suffix) ? text.substr(0, text.size() - suffix.size()) : text;
}

// The names by which a person may call a backup: the file names, and those less their suffixes.
bool is_called(std::string_view archive, std::string_view name) {
    name = without(without(name, kManifestSuffix), kChecksumSuffix);
    if (archive == name) {
        return true;
    }
    const std::string_view plain = without(without(archive, ".zst"), ".gz");
    return plain == name || without(without(plain, ".tar"), ".raw") == name;
}

} // namespace

std::string archive_of(std::string_view manifest_name) {
    return std::string(without(manifest_name, kManifestSuffix));
}

Result<std::vector<FoundBackup>> list_backups(const os::Directory &directory,
                                              const std::string &job) {
    INTACT_TRY_ASSIGN(const auto names, directory.names());
    std::vector<FoundBackup> found;
    for (const std::string &name : names) {
        if (name.front() == '.' || !name.ends_with(kManifestSuffix)) {
            continue;
        }
        FoundBackup backup = read_backup(directory, name);
        // A damaged manifest cannot say whose it is: whoever asks is told.
        if (job.empty() || !backup.manifest || backup.manifest->job == job) {
            found.push_back(std::move(backup));
        }
    }
    std::sort(found.begin(), found.end(), is_older);
    return found;
}

Result<FoundBackup> find_backup(const os::Directory &directory, const std::string &name) {
    INTACT_TRY_ASSIGN(const auto names, directory.names());
    std::vector<std::string> matches;
    std::string known;
    for (const std::string &manifest_name : names) {
        if (manifest_name.front() == '.' || !manifest_name.ends_with(kManifestSuffix)) {
            continue;
        }
        const std::string_view archive = without(manifest_name, kManifestSuffix);
        if (archive == without(without(name, kManifestSuffix), kChecksumSuffix)) {
            return read_backup(directory, manifest_name);
        }
        if (is_called(archive, name)) {
            matches.emplace_back(archive);
        }
        known = archive;
    }
    if (matches.size() == 1) {
        return read_backup(directory, matches.front() + std::string(kManifestSuffix));
    }
    if (!matches.empty()) {
        return fail(Error(ErrorCode::usage, fmt::format("'{}' in {} may mean '{}'", name,
                                                        os::quoted_path(directory.path()),
                                                        fmt::join(matches, "' or '")))
                        .with_hint("give the whole name"));
    }
    return fail(
        Error(ErrorCode::not_found,
              fmt::format("no backup '{}' in {}", name, os::quoted_path(directory.path())))
            .with_hint(known.empty()
                           ? "there is no backup at all in that directory"
                           : fmt::format("'intact list' shows what is there, e.g. '{}'", known)));
}

} // namespace intact::destination
