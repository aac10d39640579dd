#include "destination/intent_recovery.hpp"

#include "destination/leftovers.hpp"
#include "destination/set_aside.hpp"
#include "destination/shared_clusters.hpp"
#include "destination/swap.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <iterator>
#include <utility>

namespace intact::destination {
namespace {

/// What lies under the three names of one file.
struct Found {
    std::optional<Content> final;
    std::optional<Content> staged;
    std::optional<Content> guard;
};

class Settlement {
public:
    Settlement(const os::Directory &directory, Intent intent, bool is_remote,
               const std::stop_token &stop)
        : directory_(directory), intent_(std::move(intent)), stop_(stop),
          swap_(make_swap(intent_.variant, directory, is_remote)) {}

    Result<IntentOutcome> settle(Settling settling) {
        if (settling == Settling::act) {
            // First of all: a process that died between a rename and its syncs left the rest to us.
            INTACT_TRY(directory_.sync_filesystem());
            INTACT_TRY(directory_.sync());
        }
        INTACT_TRY(look());
        INTACT_TRY(decide());
        if (settling == Settling::look) {
            return std::move(outcome_);
        }
        INTACT_TRY(outcome_.settled == Settled::forward ? go_forward() : go_back());
        if (frees_early(intent_.variant)) {
            INTACT_TRY(keep_what_is_shared());
        }
        for (const std::string &name : useless_) {
            INTACT_TRY(remove(name));
        }
        for (const MovingFile &file : intent_.backup) {
            INTACT_TRY(remove(file.guard));
            INTACT_TRY(remove(file.staged));
        }
        // The record last: what is still there when this dies is told by it once more.
        INTACT_TRY(directory_.sync());
        INTACT_TRY_ASSIGN(auto aside, remove_leftovers(directory_, intent_.run_id));
        std::move(aside.begin(), aside.end(), std::back_inserter(outcome_.for_fsck));
        return std::move(outcome_);
    }

private:
    // No more than is needed: FAT may go read-only over reading what a power cut left unfinished.
    Result<> look() {
        for (std::size_t at = 0; at < found_.size(); ++at) {
            const MovingFile &file = intent_.backup[at];
            INTACT_TRY_ASSIGN(found_[at].final, content_at(directory_, file.final, stop_));
            if (found_[at].final != file.fresh) {
                INTACT_TRY_ASSIGN(found_[at].staged, content_at(directory_, file.staged, stop_));
            }
        }
        return {};
    }
    Result<> look_further() {
        for (std::size_t at = 0; at < found_.size(); ++at) {
            const MovingFile &file = intent_.backup[at];
            if (found_[at].final == file.fresh) {
                INTACT_TRY_ASSIGN(found_[at].staged, content_at(directory_, file.staged, stop_));
            }
            INTACT_TRY_ASSIGN(found_[at].guard, content_at(directory_, file.guard, stop_));
        }
        return {};
    }

    Result<> decide() {
        if (every([&](std::size_t at) { return has_new(at); })) {
            outcome_.settled = Settled::forward;
            return {};
        }
        INTACT_TRY(look_further());
        if (every([&](std::size_t at) { return has_previous(at); })) {
            outcome_.settled = Settled::back;
            return {};
        }
        return fail(
            Error(ErrorCode::archive_damaged,
                  fmt::format("recover run {} in {}: neither the new nor the previous backup is "
                              "whole, nothing was touched",
                              intent_.run_id, os::quoted_path(directory_.path())))
                .with_hint(
                    fmt::format("look at the '.intact-{}.*' files by hand", intent_.run_id)));
    }

    bool every(const auto &holds) const {
        for (std::size_t at = 0; at < found_.size(); ++at) {
            if (!holds(at)) {
                return false;
            }
        }
        return true;
    }
    bool has_new(std::size_t at) const {
        const Content &fresh = intent_.backup[at].fresh;
        return found_[at].final == fresh || found_[at].staged == fresh;
    }
    bool has_previous(std::size_t at) const {
        const auto &previous = intent_.backup[at].previous;
        return !previous || found_[at].final == previous || found_[at].staged == previous ||
               found_[at].guard == previous;
    }

    Result<> remove(const std::string &name) {
        INTACT_TRY_ASSIGN(auto aside, remove_leftover(directory_, intent_.run_id, name));
        if (aside) {
            outcome_.for_fsck.push_back(*std::move(aside));
        }
        return {};
    }

    Result<> move_aside(const std::string &name) {
        INTACT_TRY_ASSIGN(std::string aside, set_aside(directory_, intent_.run_id, name));
        outcome_.set_aside.push_back(std::move(aside));
        return {};
    }

    // The backup that stands gets clusters that nobody else has; what shares them stays for fsck.
    Result<> keep_what_is_shared() {
        for (const MovingFile &file : intent_.backup) {
            INTACT_TRY_ASSIGN(const auto standing, content_at(directory_, file.final, stop_));
            if (!standing || standing->bytes == 0) {
                continue;
            }
            std::vector<std::string> others{file.guard};
            // A companion that was copied never gave its clusters a second name.
            if (intent_.variant != Variant::held_rename || !is_companion(file)) {
                others.push_back(file.staged);
            }
            others.insert(others.end(), useless_.begin(), useless_.end());
            bool has_own_clusters = false;
            for (const std::string &other : others) {
                INTACT_TRY_ASSIGN(const bool shared, may_share(file.final, other, *standing));
                if (!shared) {
                    continue;
                }
                if (!std::exchange(has_own_clusters, true)) {
                    INTACT_TRY_ASSIGN(const std::string aside,
                                      free_name_aside(directory_, intent_.run_id));
                    INTACT_TRY(give_own_clusters(directory_, file.final, aside));
                    INTACT_TRY(check(file.final, *standing));
                    outcome_.for_fsck.push_back(aside);
                }
                std::erase(useless_, other);
                INTACT_TRY(move_aside(other));
                outcome_.for_fsck.push_back(outcome_.set_aside.back());
                outcome_.set_aside.pop_back();
            }
        }
        return {};
    }

    // What cannot be told by blocks is told by content: names that share clusters hold the same.
    Result<bool> may_share(const std::string &final, const std::string &other,
                           const Content &standing) const {
        INTACT_TRY_ASSIGN(const bool is_there, directory_.has(other));
        if (!is_there) {
            return false;
        }
        if (const auto shared = share_clusters(directory_, final, other)) {
            return *shared;
        }
        INTACT_TRY_ASSIGN(const auto there, content_at(directory_, other, stop_));
        return there == standing;
    }

    Result<> go_forward() {
        std::vector<MovingFile> rest;
        for (std::size_t at = 0; at < intent_.backup.size(); ++at) {
            MovingFile file = intent_.backup[at];
            if (found_[at].final == file.fresh) {
                continue;
            }
            if (found_[at].final && found_[at].final != file.previous) {
                INTACT_TRY(move_aside(file.final));
                found_[at].final.reset();
            }
            if (!found_[at].final) {
                file.previous.reset(); // a name that is free needs no guard
            }
            if (intent_.variant == Variant::held_rename ||
                (intent_.variant == Variant::two_step && file.previous)) {
                // The previous file has its final name; what a power cut left here is none.
                INTACT_TRY(remove(file.guard));
            }
            rest.push_back(std::move(file));
        }
        INTACT_TRY(swap_->guard(rest));
        for (const MovingFile &file : rest) {
            INTACT_TRY(swap_->place(file));
        }
        for (const MovingFile &file : intent_.backup) {
            INTACT_TRY(directory_.sync_file(file.final));
        }
        INTACT_TRY(swap_->make_durable(rest));
        INTACT_TRY(make_durable());
        for (const MovingFile &file : intent_.backup) {
            INTACT_TRY(check(file.final, file.fresh));
        }
        return {};
    }

    // The manifest first: it is what makes a backup of the rest.
    Result<> go_back() {
        for (std::size_t left = intent_.backup.size(); left > 0; --left) {
            const MovingFile &file = intent_.backup[left - 1];
            const Found &found = found_[left - 1];
            if (found.final == file.previous) {
                continue;
            }
            if (found.final) {
                INTACT_TRY(move_aside(file.final));
                // The new backup's own, whole or never written: of no use without the others.
                if (found.final == file.fresh || found.final->bytes == 0) {
                    useless_.push_back(outcome_.set_aside.back());
                    outcome_.set_aside.pop_back();
                }
            }
            if (file.previous) {
                const std::string &kept = found.guard == file.previous ? file.guard : file.staged;
                INTACT_TRY(directory_.rename(kept, file.final, os::IfExists::fail));
                INTACT_TRY(directory_.sync_file(file.final));
                INTACT_TRY(directory_.sync());
            }
        }
        INTACT_TRY(make_durable());
        for (const MovingFile &file : intent_.backup) {
            if (file.previous) {
                INTACT_TRY(check(file.final, *file.previous));
            }
        }
        return {};
    }

    Result<> make_durable() const {
        INTACT_TRY(directory_.sync_filesystem());
        return directory_.sync();
    }

    Result<> check(const std::string &name, const Content &expected) const {
        INTACT_TRY_ASSIGN(const auto there, content_at(directory_, name, stop_));
        if (there != expected) {
            return fail(ErrorCode::verify_mismatch,
                        fmt::format("recover run {}: {} does not hold what it was given",
                                    intent_.run_id, os::quoted_path(directory_.path_of(name))));
        }
        return {};
    }

    const os::Directory &directory_;
    Intent intent_;
    const std::stop_token &stop_;
    const std::unique_ptr<Swap> swap_;
    std::array<Found, 3> found_;
    std::vector<std::string> useless_; ///< of the new backup, when the previous one stands again
    IntentOutcome outcome_;
};

} // namespace

Result<IntentOutcome> settle_intent(const os::Directory &directory, Intent intent, bool is_remote,
                                    Settling settling, const std::stop_token &stop) {
    return Settlement(directory, std::move(intent), is_remote, stop).settle(settling);
}

} // namespace intact::destination
