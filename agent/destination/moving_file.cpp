#include "destination/moving_file.hpp"

namespace intact::destination {
namespace {

Result<MovingFile> moving_file(const os::Directory &directory, const std::string &staged,
                               const std::string &final, Content fresh) {
    INTACT_TRY_ASSIGN(const auto identity, directory.identity(staged));
    if (!identity) {
        return fail(ErrorCode::io, "publish: " + os::quoted_path(directory.path_of(staged)) +
                                       " is not there any more");
    }
    return MovingFile{staged, final, guard_name(staged), std::move(fresh), {}, *identity};
}

// Beside the backup that is replaced a companion may be missing, and it may be anything.
Result<std::optional<Content>> companion(const os::Directory &directory, const std::string &name) {
    INTACT_TRY_ASSIGN(const bool is_there, directory.has(name));
    if (!is_there) {
        return std::nullopt;
    }
    INTACT_TRY_ASSIGN(const std::string text, directory.read_file(name, kManifestLimitBytes));
    return content_of(text);
}

} // namespace

bool is_companion(const MovingFile &file) {
    return !file.staged.ends_with(".archive");
}

std::string guard_name(const std::string &staged) {
    return staged + ".previous";
}

Result<MovingBackup> moving_backup(const os::Directory &directory, const Manifest &fresh,
                                   const std::optional<Manifest> &previous) {
    const StagedNames staged = staged_names(fresh.run_id);
    const std::string checksum = fresh.archive + std::string(kChecksumSuffix);
    const std::string manifest = fresh.archive + std::string(kManifestSuffix);
    INTACT_TRY_ASSIGN(MovingFile archive_file, moving_file(directory, staged.archive, fresh.archive,
                                                           {fresh.bytes, fresh.sha256}));
    INTACT_TRY_ASSIGN(MovingFile checksum_file, moving_file(directory, staged.checksum, checksum,
                                                            content_of(render_checksum(fresh))));
    INTACT_TRY_ASSIGN(MovingFile manifest_file, moving_file(directory, staged.manifest, manifest,
                                                            content_of(render_manifest(fresh))));
    INTACT_TRY_ASSIGN(const bool has_archive, directory.has(fresh.archive));
    if (previous && has_archive) {
        archive_file.previous = Content{previous->bytes, previous->sha256};
    }
    INTACT_TRY_ASSIGN(checksum_file.previous, companion(directory, checksum));
    INTACT_TRY_ASSIGN(manifest_file.previous, companion(directory, manifest));
    return MovingBackup{std::move(archive_file), std::move(checksum_file),
                        std::move(manifest_file)};
}

} // namespace intact::destination
