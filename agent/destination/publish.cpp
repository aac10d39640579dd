#include "destination/publish.hpp"

#include "base/log.hpp"

#include <fmt/format.h>

namespace intact::destination {

Result<std::optional<Manifest>> replaced_backup(const os::Directory &directory,
                                                const std::string &archive, Naming naming,
                                                const Owner &owner) {
    const std::string manifest_name = archive + std::string(kManifestSuffix);
    const std::string checksum_name = archive + std::string(kChecksumSuffix);
    INTACT_TRY_ASSIGN(const bool has_archive, directory.has(archive));
    INTACT_TRY_ASSIGN(const bool has_manifest, directory.has(manifest_name));
    INTACT_TRY_ASSIGN(const bool has_checksum, directory.has(checksum_name));
    if (!has_archive && !has_manifest && (!has_checksum || naming == Naming::fixed)) {
        return std::nullopt; // a .sha256 alone proves nothing and may go
    }
    const std::string &taken = has_archive ? archive : has_manifest ? manifest_name : checksum_name;
    const Error in_the_way(ErrorCode::already_exists,
                           fmt::format("{} exists", os::quoted_path(directory.path_of(taken))));
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
    auto manifest = text ? parse_manifest(*text) : Result<Manifest>(fail(text.error()));
    if (!manifest || manifest->job != owner.job) {
        return refuse(fmt::format("it is no backup of job '{}'", owner.job));
    }
    if (manifest->host != owner.host) {
        return refuse(fmt::format("it is a backup of host '{}'; put {{host}} into "
                                  "destination.name, or",
                                  manifest->host));
    }
    return *std::move(manifest);
}

PublishedBackup::PublishedBackup(Staging staging, Intent intent, Manner manner)
    : staging_(std::move(staging)),
      swap_(make_swap(manner.variant, staging_.directory(), manner.is_remote)),
      intent_(std::move(intent)), archive_(intent_.backup.front().final) {}

Result<> PublishedBackup::move_all() {
    if (needs_intent(intent_.variant)) {
        INTACT_TRY(IntentSlots(staging_.directory(), intent_.run_id).write(intent_));
    }
    INTACT_TRY(swap_->guard(intent_.backup));
    for (const MovingFile &file : intent_.backup) {
        ++placed_;
        INTACT_TRY(swap_->place(file));
    }
    return swap_->make_durable(intent_.backup);
}

// Nothing but the final names stays.
Result<> PublishedBackup::finish() {
    INTACT_TRY(swap_->clear(intent_.backup));
    if (!needs_intent(intent_.variant)) {
        return {}; // whatever a power cut brings back, recovery tells by the manifest
    }
    INTACT_TRY(staging_.directory().sync());
    return IntentSlots(staging_.directory(), intent_.run_id).remove();
}

Result<> PublishedBackup::settle() {
    if (needs_intent(intent_.variant)) {
        intent_.state = IntentState::committed;
        INTACT_TRY(IntentSlots(staging_.directory(), intent_.run_id).write(intent_));
    }
    return finish();
}

Result<> PublishedBackup::withdraw() {
    for (; placed_ > 0; --placed_) {
        INTACT_TRY(swap_->take_back(intent_.backup[placed_ - 1]));
    }
    INTACT_TRY(staging_.directory().sync());
    return finish();
}

Result<PublishedBackup> publish(Staging staging, const Manifest &manifest,
                                const std::optional<Manifest> &previous, Manner manner) {
    Intent intent;
    intent.run_id = manifest.run_id;
    intent.variant = manner.variant;
    INTACT_TRY_ASSIGN(intent.backup, moving_backup(staging.directory(), manifest, previous));
    PublishedBackup published(std::move(staging), std::move(intent), manner);
    // From here on a file may be removed only by who knows which one it is.
    published.staging_.disown();
    auto moved = published.move_all();
    if (!moved) {
        if (const auto undone = published.withdraw(); !undone) {
            log::warning("publish: take back: " + undone.error().message());
        }
        return fail(std::move(moved).error());
    }
    return published;
}

} // namespace intact::destination
