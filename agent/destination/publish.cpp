#include "destination/publish.hpp"

#include "base/log.hpp"

#include <cerrno>
#include <cstdio>
#include <fmt/format.h>

namespace intact::destination {
namespace {

Result<> exchange(const os::Directory &directory, const std::string &staged,
                  const std::string &final) {
    if (directory.sys().renameat2(directory.fd(), staged.c_str(), directory.fd(), final.c_str(),
                                  RENAME_EXCHANGE) != 0) {
        return fail_errno(errno, fmt::format("exchange {} with '{}'",
                                             os::quoted(directory.path_of(staged)), final));
    }
    return {};
}

Result<> move_all(const os::Directory &directory, const StagedNames &staged,
                  const std::string &archive, Variant variant, Moves &moves) {
    INTACT_TRY(moves.move(staged.archive, archive, variant));
    INTACT_TRY(moves.move(staged.checksum, archive + std::string(kChecksumSuffix), variant));
    INTACT_TRY(moves.move(staged.manifest, archive + std::string(kManifestSuffix), variant));
    // Without this a power cut can bring the old names back (fsync(2)).
    return directory.sync();
}

} // namespace

std::string_view name_of(Variant variant) {
    return variant == Variant::rename ? "rename" : "exchange";
}

Result<Variant> choose_variant(const os::Directory &directory, const std::string &archive,
                               Naming naming, const Owner &owner) {
    const std::string manifest_name = archive + std::string(kManifestSuffix);
    INTACT_TRY_ASSIGN(const bool has_archive, directory.has(archive));
    INTACT_TRY_ASSIGN(const bool has_manifest, directory.has(manifest_name));
    INTACT_TRY_ASSIGN(const bool has_checksum,
                      directory.has(archive + std::string(kChecksumSuffix)));
    if (!has_archive && !has_manifest && (!has_checksum || naming == Naming::fixed)) {
        // A .sha256 alone proves nothing and may go.
        return has_checksum ? Variant::exchange : Variant::rename;
    }
    const Error in_the_way(ErrorCode::already_exists,
                           fmt::format("{} exists", os::quoted(directory.path_of(
                                                        has_archive    ? archive
                                                        : has_manifest ? manifest_name
                                                                       : archive + ".sha256"))));
    if (naming == Naming::time_stamped) {
        return fail(in_the_way);
    }
    const auto refuse = [&](std::string_view reason) {
        return fail(Error(in_the_way)
                        .within("replace the previous backup")
                        .with_hint(fmt::format("{}: move it aside, intact replaces only what it "
                                               "can tell for its own",
                                               reason)));
    };
    const auto text = directory.read_file(manifest_name, kManifestLimitBytes);
    const auto manifest = text ? parse_manifest(*text) : Result<Manifest>(fail(text.error()));
    if (!manifest || manifest->job != owner.job) {
        return refuse(fmt::format("it is no backup of job '{}'", owner.job));
    }
    if (manifest->host != owner.host) {
        return refuse(fmt::format("it is a backup of host '{}'; put {{host}} into "
                                  "destination.name, or",
                                  manifest->host));
    }
    return Variant::exchange;
}

Result<> Moves::move(const std::string &staged, const std::string &final, Variant variant) {
    INTACT_TRY_ASSIGN(const bool taken, directory_->has(final));
    // A companion may be missing beside the backup that is replaced; its new one takes a free name.
    const bool exchanges = variant == Variant::exchange && taken;
    INTACT_TRY(exchanges ? exchange(*directory_, staged, final)
                         : directory_->rename(staged, final, os::IfExists::fail));
    done_.push_back({staged, final, exchanges});
    return {};
}

Result<> Moves::take_back() {
    for (; !done_.empty(); done_.pop_back()) {
        const auto &[staged, final, exchanged] = done_.back();
        INTACT_TRY(exchanged ? exchange(*directory_, staged, final)
                             : directory_->rename(final, staged, os::IfExists::fail));
    }
    return directory_->sync();
}

Result<PublishedBackup> publish(Staging staging, const Manifest &manifest, Variant variant) {
    Moves moves(staging.directory());
    auto moved = move_all(staging.directory(), staging.names(), manifest.archive, variant, moves);
    // From here on a file may be removed only by who knows which one it is.
    staging.disown();
    PublishedBackup published(std::move(staging), std::move(moves), manifest.archive);
    if (!moved) {
        if (const auto undone = published.withdraw(); !undone) {
            log::warning("publish: take back: " + undone.error().message());
        }
        return fail(std::move(moved).error());
    }
    return published;
}

Result<> PublishedBackup::settle() {
    return staging_.discard();
}

Result<> PublishedBackup::withdraw() {
    INTACT_TRY(moves_.take_back());
    return staging_.discard();
}

} // namespace intact::destination
