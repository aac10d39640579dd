#include "destination/recovery.hpp"

#include "base/run_id.hpp"
#include "destination/publish.hpp"
#include "destination/staging.hpp"
#include "destination/verify.hpp"

namespace intact::destination {
namespace {

Result<> remove_staged(const os::Directory &directory, const StagedNames &names) {
    // The manifest goes last, as in Staging::discard(): it is what tells a later recovery the case.
    INTACT_TRY(directory.remove_if_there(names.archive));
    INTACT_TRY(directory.remove_if_there(names.checksum));
    INTACT_TRY(directory.remove_if_there(names.manifest));
    return directory.sync();
}

std::optional<Manifest> read_manifest(const os::Directory &directory, const std::string &name) {
    const auto text = directory.read_file(name, kManifestLimitBytes);
    auto manifest = text ? parse_manifest(*text) : Result<Manifest>(fail(text.error()));
    return manifest ? std::optional(*std::move(manifest)) : std::nullopt;
}

// Whether the file has the digest the manifest tells. Only a failed read is an error.
Result<bool> is_archive_of(const os::Directory &directory, const std::string &name,
                           const Manifest &manifest, const std::stop_token &stop) {
    const auto checked =
        verify_archive(directory, name, manifest, config::VerifyDepth::checksum, stop);
    if (checked) {
        return true;
    }
    const ErrorCode code = checked.error().code();
    if (code == ErrorCode::verify_mismatch || code == ErrorCode::backup_missing) {
        return false;
    }
    return fail(checked.error());
}

Result<> finish_moving(const os::Directory &directory, const StagedNames &names,
                       const Manifest &manifest) {
    const std::string checksum = manifest.archive + std::string(kChecksumSuffix);
    const std::string final_manifest = manifest.archive + std::string(kManifestSuffix);
    Moves moves(directory);
    // The .sha256 may have been moved before the crash; then what is staged is the replaced one.
    const auto staged = directory.read_file(names.checksum, kManifestLimitBytes);
    if (staged && *staged == render_checksum(manifest)) {
        INTACT_TRY(moves.move(names.checksum, checksum, Variant::exchange));
    }
    INTACT_TRY(moves.move(names.manifest, final_manifest, Variant::exchange));
    return directory.sync();
}

} // namespace

Result<Recovery> recover_run(const os::Directory &directory, const std::string &run_id,
                             const std::stop_token &stop) {
    if (!RunId::parse(run_id)) {
        return Recovery{}; // a lock record that is not ours names no file of ours
    }
    const StagedNames names = staged_names(run_id);
    INTACT_TRY_ASSIGN(const bool has_archive, directory.has(names.archive));
    INTACT_TRY_ASSIGN(const bool has_checksum, directory.has(names.checksum));
    INTACT_TRY_ASSIGN(const bool has_manifest, directory.has(names.manifest));
    if (!has_archive && !has_checksum && !has_manifest) {
        return Recovery{};
    }

    const std::optional<Manifest> staged = read_manifest(directory, names.manifest);
    if (!staged) {
        INTACT_TRY(remove_staged(directory, names));
        return Recovery{Recovered::swept, std::nullopt};
    }
    if (staged->run_id != run_id) {
        const auto current =
            read_manifest(directory, staged->archive + std::string(kManifestSuffix));
        if (!current || current->run_id != run_id) {
            return fail(Error(ErrorCode::archive_damaged,
                              "recover run " + run_id + " in " + os::quoted(directory.path()) +
                                  ": neither manifest is of that run, nothing was touched")
                            .with_hint("look at the '.intact-" + run_id + ".*' files by hand"));
        }
        INTACT_TRY(remove_staged(directory, names));
        return Recovery{Recovered::completed, current};
    }

    INTACT_TRY_ASSIGN(const bool moved, is_archive_of(directory, staged->archive, *staged, stop));
    // An archive of the same content may have been there before; while ours is still staged, it
    // was.
    const bool still_staged =
        has_archive && moved &&
        is_archive_of(directory, names.archive, *staged, stop).value_or(false);
    if (!moved || still_staged) {
        INTACT_TRY(remove_staged(directory, names));
        return Recovery{Recovered::swept, std::nullopt};
    }
    INTACT_TRY(finish_moving(directory, names, *staged));
    INTACT_TRY(remove_staged(directory, names));
    return Recovery{Recovered::completed, staged};
}

} // namespace intact::destination
