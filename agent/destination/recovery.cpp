#include "destination/recovery.hpp"

#include "base/run_id.hpp"
#include "destination/backup_list.hpp"
#include "destination/content.hpp"
#include "destination/intent_recovery.hpp"
#include "destination/leftovers.hpp"
#include "destination/lost_clusters.hpp"
#include "destination/set_aside.hpp"
#include "destination/staging.hpp"
#include "destination/verify.hpp"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>

namespace intact::destination {
namespace {

// An exchange keeps what was there under the staged name.
Result<> take_name(const os::Directory &directory, const std::string &staged,
                   const std::string &final) {
    INTACT_TRY_ASSIGN(const bool taken, directory.has(final));
    return taken ? directory.exchange(staged, final)
                 : directory.rename(staged, final, os::IfExists::fail);
}

enum class Reading { missing, torn, good };

struct StagedManifest {
    Reading reading = Reading::missing;
    std::optional<Manifest> manifest;
};

// What storage cannot read just now is neither missing nor torn: that is an error.
Result<StagedManifest> read_manifest(const os::Directory &directory, const std::string &name) {
    if (has_lost_clusters(directory, name)) {
        return StagedManifest{Reading::torn, std::nullopt};
    }
    const auto text = directory.read_file(name, kManifestLimitBytes);
    if (!text && text.error().sys_errno() == ENOENT) {
        return StagedManifest{};
    }
    if (!text && text.error().code() != ErrorCode::file_too_large && !is_corruption(text.error())) {
        return fail(text.error());
    }
    auto manifest = text ? parse_manifest(*text) : Result<Manifest>(fail(text.error()));
    if (!manifest) {
        return StagedManifest{Reading::torn, std::nullopt};
    }
    return StagedManifest{Reading::good, *std::move(manifest)};
}

// Whether the file has the digest the manifest tells. Only a failed read is an error.
Result<bool> is_archive_of(const os::Directory &directory, const std::string &name,
                           const Manifest &manifest, const std::stop_token &stop) {
    if (has_lost_clusters(directory, name)) {
        return false;
    }
    const auto checked =
        verify_archive(directory, name, manifest, config::VerifyDepth::checksum, stop);
    if (checked) {
        return true;
    }
    const ErrorCode code = checked.error().code();
    if (code == ErrorCode::verify_mismatch || code == ErrorCode::backup_missing ||
        is_corruption(checked.error())) {
        return false;
    }
    return fail(checked.error());
}

Error nothing_fits(const os::Directory &directory, const std::string &run_id,
                   std::string_view why) {
    return Error(ErrorCode::archive_damaged,
                 fmt::format("recover run {} in {}: {}, nothing was touched", run_id,
                             os::quoted_path(directory.path()), why))
        .with_hint(fmt::format("look at the '.intact-{}.*' files by hand", run_id));
}

// The files of one run, and the questions that decide its case.
class DeadRun {
public:
    DeadRun(const os::Directory &directory, std::string run_id, Settling settling,
            const std::stop_token &stop)
        : directory_(directory), run_id_(std::move(run_id)), settling_(settling), stop_(stop),
          names_(staged_names(run_id_)) {}

    Result<Recovery> settle() {
        INTACT_TRY_ASSIGN(has_archive_, directory_.has(names_.archive));
        INTACT_TRY_ASSIGN(const auto staged, read_manifest(directory_, names_.manifest));
        switch (staged.reading) {
        case Reading::missing:
            return sweep();
        case Reading::torn:
            return settle_torn();
        case Reading::good:
            break;
        }
        INTACT_TRY_ASSIGN(
            const auto current,
            read_manifest(directory_, staged.manifest->archive + std::string(kManifestSuffix)));
        return staged.manifest->run_id == run_id_
                   ? settle_moving(*staged.manifest, current.manifest)
                   : settle_moved(*staged.manifest, current.manifest);
    }

private:
    // Manifests are durable before anything moves, so a torn one means that nothing did, unless
    // storage spoilt it later: what some backup here may need is kept.
    Result<Recovery> settle_torn() {
        INTACT_TRY_ASSIGN(const auto backups, list_backups(directory_));
        for (const FoundBackup &backup : backups) {
            if (!has_archive_ || !backup.manifest) {
                continue;
            }
            INTACT_TRY_ASSIGN(const bool is_its, is_staged(*backup.manifest));
            if (!is_its) {
                continue;
            }
            INTACT_TRY_ASSIGN(const bool has_another, is_final(*backup.manifest));
            if (!has_another) {
                return fail(nothing_fits(directory_, run_id_,
                                         "its manifest is damaged and its archive is that of " +
                                             backup.manifest_name));
            }
        }
        return sweep();
    }

    // Publishing had begun, and its last move had not happened.
    Result<Recovery> settle_moving(const Manifest &fresh, const std::optional<Manifest> &old) {
        INTACT_TRY_ASSIGN(const bool not_moved, is_staged(fresh));
        if (not_moved) {
            return settle_unmoved(fresh, old);
        }
        INTACT_TRY_ASSIGN(const bool moved, is_final(fresh));
        if (moved) {
            return complete(fresh);
        }
        if (old) {
            INTACT_TRY_ASSIGN(const bool stands, give_back(*old));
            if (stands) {
                return sweep();
            }
        }
        INTACT_TRY_ASSIGN(const bool name_taken, directory_.has(fresh.archive));
        if (!name_taken && !old) {
            return sweep();
        }
        return fail(nothing_fits(directory_, run_id_, "no copy of the backup is whole"));
    }

    // A backup that nobody was told of goes, unless it is the last whole one: somebody or the
    // storage took the one that it was to replace.
    Result<Recovery> settle_unmoved(const Manifest &fresh, const std::optional<Manifest> &old) {
        if (!old) {
            return sweep();
        }
        INTACT_TRY_ASSIGN(const bool old_stands, is_final(*old));
        if (old_stands) {
            return sweep();
        }
        INTACT_TRY(take_archive_name(fresh));
        return complete(fresh);
    }

    // All was moved; what is staged is the replaced backup.
    Result<Recovery> settle_moved(const Manifest &old, const std::optional<Manifest> &fresh) {
        if (!fresh || fresh->run_id != run_id_) {
            return fail(nothing_fits(directory_, run_id_, "neither manifest is of that run"));
        }
        INTACT_TRY_ASSIGN(const bool new_stands, is_final(*fresh));
        if (new_stands) {
            return cleaned(Recovered::completed, fresh);
        }
        INTACT_TRY_ASSIGN(const bool stands_again, give_back(old));
        if (stands_again) {
            return sweep();
        }
        return fail(nothing_fits(directory_, run_id_, "no copy of the backup is whole"));
    }

    Result<bool> is_staged(const Manifest &manifest) {
        return is_archive_of(directory_, names_.archive, manifest, stop_);
    }
    Result<bool> is_final(const Manifest &manifest) {
        return is_archive_of(directory_, manifest.archive, manifest, stop_);
    }

    Result<Recovery> sweep() { return cleaned(Recovered::swept, std::nullopt); }

    Result<Recovery> cleaned(Recovered what, std::optional<Manifest> published) {
        Recovery recovery{what, std::move(published), std::move(set_aside_), {}};
        if (settling_ == Settling::act) {
            INTACT_TRY_ASSIGN(recovery.for_fsck, remove_leftovers(directory_, run_id_));
        }
        return recovery;
    }

    // The staged archive is told by its digest, and what has its name is neither backup.
    Result<> take_archive_name(const Manifest &manifest) {
        if (settling_ == Settling::look) {
            return {};
        }
        INTACT_TRY_ASSIGN(const bool taken, directory_.has(manifest.archive));
        if (taken) {
            INTACT_TRY_ASSIGN(std::string aside, set_aside(directory_, run_id_, manifest.archive));
            set_aside_.push_back(std::move(aside));
        }
        INTACT_TRY(directory_.rename(names_.archive, manifest.archive, os::IfExists::fail));
        return directory_.sync();
    }

    Result<Recovery> complete(const Manifest &fresh) {
        if (settling_ == Settling::look) {
            return cleaned(Recovered::completed, fresh);
        }
        INTACT_TRY(move_checksum(fresh));
        INTACT_TRY(move_manifest(fresh));
        INTACT_TRY(directory_.sync());
        return cleaned(Recovered::completed, fresh);
    }

    // Whether the old backup has its names, now or again. A crash on the way leaves a case that
    // comes here again.
    Result<bool> give_back(const Manifest &old) {
        INTACT_TRY_ASSIGN(const bool stands, is_final(old));
        if (!stands) {
            INTACT_TRY_ASSIGN(const bool staged, is_staged(old));
            if (!staged) {
                return false;
            }
            INTACT_TRY(take_archive_name(old));
        }
        if (settling_ == Settling::look) {
            return true;
        }
        INTACT_TRY_ASSIGN(const auto manifest, read_manifest(directory_, names_.manifest));
        INTACT_TRY(move_checksum(old));
        if (manifest.manifest && manifest.manifest->run_id == old.run_id) {
            INTACT_TRY(move_manifest(old));
        }
        INTACT_TRY(directory_.sync());
        return true;
    }

    // It may have been moved before the crash; then what is staged is the other backup's.
    Result<> move_checksum(const Manifest &manifest) {
        const auto staged = directory_.read_file(names_.checksum, kManifestLimitBytes);
        if (!staged && staged.error().sys_errno() != ENOENT) {
            return fail(staged.error());
        }
        if (staged && *staged == render_checksum(manifest)) {
            return take_name(directory_, names_.checksum,
                             manifest.archive + std::string(kChecksumSuffix));
        }
        return {};
    }

    Result<> move_manifest(const Manifest &manifest) {
        return take_name(directory_, names_.manifest,
                         manifest.archive + std::string(kManifestSuffix));
    }

    const os::Directory &directory_;
    const std::string run_id_;
    const Settling settling_;
    const std::stop_token &stop_;
    const StagedNames names_;
    bool has_archive_ = false;
    std::vector<std::string> set_aside_;
};

} // namespace

Result<Recovery> recover_run(const os::Directory &directory, const std::string &run_id,
                             bool is_remote, Settling settling, const std::stop_token &stop) {
    if (!RunId::parse(run_id)) {
        return Recovery{}; // a lock record that is not ours names no file of ours
    }
    INTACT_TRY_ASSIGN(const auto names, hidden_files(directory, run_id));
    if (names.empty()) {
        return Recovery{};
    }
    INTACT_TRY_ASSIGN(auto intent, IntentSlots(directory, run_id).read());
    if (!intent) {
        return DeadRun(directory, run_id, settling, stop).settle();
    }
    const std::string manifest_name = intent->backup.back().final;
    const std::string staged_name = intent->backup.back().staged;
    INTACT_TRY_ASSIGN(auto outcome,
                      settle_intent(directory, *std::move(intent), is_remote, settling, stop));
    Recovery recovery{Recovered::swept, std::nullopt, std::move(outcome.set_aside),
                      std::move(outcome.for_fsck)};
    if (outcome.settled == Settled::forward) {
        recovery.what = Recovered::completed;
        // Where nothing was moved the new manifest may still be the staged one.
        INTACT_TRY_ASSIGN(const bool has_staged, directory.has(staged_name));
        const bool is_staged = settling == Settling::look && has_staged;
        INTACT_TRY_ASSIGN(
            const std::string text,
            directory.read_file(is_staged ? staged_name : manifest_name, kManifestLimitBytes));
        INTACT_TRY_ASSIGN(recovery.published, parse_manifest(text));
    }
    return recovery;
}

} // namespace intact::destination
