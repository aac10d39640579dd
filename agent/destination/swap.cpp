#include "destination/swap.hpp"

#include "destination/careful_names.hpp"
#include "destination/shared_clusters.hpp"

#include <cerrno>
#include <map>
#include <optional>

namespace intact::destination {
namespace {

// P1. Journaled and copy-on-write filesystems: one rename is old-or-new. A previous file is
// exchanged rather than replaced, so that it can come back until the new one is confirmed.
class RenameSwap final : public Swap {
public:
    explicit RenameSwap(const os::Directory &directory) : Swap(directory) {}

    Result<> place(const MovingFile &file) override { return swap(file, file.staged, file.final); }
    Result<> make_durable(std::span<const MovingFile>) override { return directory_.sync(); }
    Result<> take_back(const MovingFile &file) override {
        INTACT_TRY_ASSIGN(const bool placed, is_placed(file));
        return placed ? swap(file, file.final, file.staged) : Result<>();
    }

private:
    Result<> swap(const MovingFile &file, const std::string &from, const std::string &to) const {
        return file.previous ? directory_.exchange(from, to)
                             : directory_.rename(from, to, os::IfExists::fail);
    }
};

// P2. NFS, ext without journal, FUSE: a second link keeps the previous file's blocks from being
// freed, and its name findable, until the new one is durable. A free name is taken by a link, which
// never replaces, also where RENAME_NOREPLACE is not known; the staged name goes last.
class LinkGuardSwap final : public Swap {
public:
    LinkGuardSwap(const os::Directory &directory, bool is_remote)
        : Swap(directory), names_(directory, is_remote) {}

    Result<> guard(std::span<const MovingFile> backup) override {
        bool any = false;
        for (const MovingFile &file : backup) {
            if (file.previous) {
                INTACT_TRY(names_.link(file.final, file.guard));
                any = true;
            }
        }
        return any ? directory_.sync() : Result<>();
    }
    Result<> place(const MovingFile &file) override {
        return file.previous ? names_.replace(file.staged, file.final)
                             : names_.link(file.staged, file.final);
    }
    Result<> make_durable(std::span<const MovingFile> backup) override {
        for (const MovingFile &file : backup) {
            INTACT_TRY(directory_.sync_file(file.final));
        }
        return directory_.sync();
    }
    Result<> take_back(const MovingFile &file) override {
        INTACT_TRY_ASSIGN(const bool placed, is_placed(file));
        if (!placed) {
            return {};
        }
        return file.previous ? names_.replace(file.guard, file.final)
                             : directory_.remove(file.final);
    }

private:
    const CarefulNames names_;
};

// P3. FAT since Linux 6.0: nothing is freed before the new entry is on the medium. FAT writes a
// file's entry with the file, not with the directory, and only fsync flushes the device.
class ExchangeSwap final : public Swap {
public:
    explicit ExchangeSwap(const os::Directory &directory) : Swap(directory) {}

    Result<> place(const MovingFile &file) override {
        INTACT_TRY(file.previous ? directory_.exchange(file.staged, file.final)
                                 : directory_.rename(file.staged, file.final, os::IfExists::fail));
        return settle_entries(file);
    }
    Result<> take_back(const MovingFile &file) override {
        INTACT_TRY_ASSIGN(const bool placed, is_placed(file));
        if (!placed) {
            return {};
        }
        if (!file.previous) {
            INTACT_TRY(directory_.rename(file.final, file.staged, os::IfExists::fail));
            return directory_.sync();
        }
        INTACT_TRY(directory_.exchange(file.staged, file.final));
        return settle_entries(file);
    }

private:
    Result<> settle_entries(const MovingFile &file) const {
        INTACT_TRY(directory_.sync_file(file.final));
        if (file.previous) {
            INTACT_TRY(directory_.sync_file(file.staged));
        }
        INTACT_TRY(directory_.sync_filesystem());
        return directory_.sync();
    }
};

// P4. FAT before Linux 6.0: a file that is held open keeps its clusters after its name went
// to another. A power cut within the rename may leave the old name to the old file and none to the
// new one. With the archive that is the previous backup, whole; but once the archive has moved, its
// companions must not be lost: copies of them move, and they themselves stay until all is done. The
// copies are made before, since an archive that has moved is taken back only by writing it anew.
class HeldRenameSwap final : public Swap {
public:
    explicit HeldRenameSwap(const os::Directory &directory) : Swap(directory) {}

    Result<> guard(std::span<const MovingFile> backup) override {
        for (const MovingFile &file : backup) {
            if (file.previous) {
                INTACT_TRY_ASSIGN(held_[file.final], directory_.open_file(file.final));
            }
            if (is_companion(file)) {
                INTACT_TRY_ASSIGN(const os::UniqueFd staged, directory_.open_file(file.staged));
                INTACT_TRY(write_guard(file, staged.get()));
                INTACT_TRY_ASSIGN(copies_[file.final], directory_.identity(file.guard));
            }
        }
        return {};
    }
    Result<> place(const MovingFile &file) override {
        return take_name(is_companion(file) ? file.guard : file.staged, file,
                         file.previous ? os::IfExists::replace : os::IfExists::fail);
    }
    // Its name is gone for good; its bytes are still there to be written once more.
    Result<> take_back(const MovingFile &file) override {
        INTACT_TRY_ASSIGN(const auto there, directory_.identity(file.final));
        const auto copy = copies_.find(file.final);
        const bool is_copy = copy != copies_.end() && there && there == copy->second;
        if (!is_copy && there != file.identity) {
            return {};
        }
        if (!file.previous) {
            INTACT_TRY(is_copy ? directory_.remove(file.final)
                               : directory_.rename(file.final, file.staged, os::IfExists::fail));
            return directory_.sync();
        }
        const auto held = held_.find(file.final);
        if (held == held_.end()) {
            return fail(ErrorCode::io, "bring back " +
                                           os::quoted_path(directory_.path_of(file.final)) +
                                           ": the previous file is not held any more");
        }
        INTACT_TRY(write_guard(file, held->second.get()));
        return take_name(file.guard, file, os::IfExists::replace);
    }

private:
    Result<> write_guard(const MovingFile &file, int from) const {
        INTACT_TRY(directory_.remove_if_there(file.guard));
        INTACT_TRY(copy_file(directory_, from, file.guard));
        return directory_.sync();
    }
    Result<> take_name(const std::string &from, const MovingFile &file,
                       os::IfExists if_exists) const {
        INTACT_TRY(directory_.rename(from, file.final, if_exists));
        INTACT_TRY(directory_.sync_file(file.final));
        INTACT_TRY(directory_.sync_filesystem());
        return directory_.sync();
    }
    void release() override { held_.clear(); }

    std::map<std::string, os::UniqueFd> held_;
    std::map<std::string, std::optional<os::FileIdentity>> copies_;
};

// P5. SMB, exFAT, and whatever can do no more: the previous file moves aside, then the new one in;
// neither rename goes over a file, since there it may delete it.
class TwoStepSwap final : public Swap {
public:
    TwoStepSwap(const os::Directory &directory, bool is_remote)
        : Swap(directory), names_(directory, is_remote) {}

    Result<> place(const MovingFile &file) override {
        if (file.previous) {
            INTACT_TRY(move_aside(file));
        }
        INTACT_TRY(names_.move(file.staged, file.final));
        INTACT_TRY(directory_.sync_file(file.final));
        return directory_.sync();
    }
    Result<> take_back(const MovingFile &file) override {
        INTACT_TRY_ASSIGN(const bool placed, is_placed(file));
        if (placed) {
            INTACT_TRY(names_.move(file.final, file.staged));
        }
        INTACT_TRY_ASSIGN(const bool is_aside, directory_.has(file.guard));
        if (is_aside) {
            INTACT_TRY(names_.move(file.guard, file.final));
        }
        return directory_.sync();
    }

private:
    Result<> move_aside(const MovingFile &file) const {
        auto moved = names_.move(file.final, file.guard);
        if (!moved) {
            const int err = moved.error().sys_errno();
            return fail(err == EACCES || err == EBUSY || err == ETXTBSY
                            ? std::move(moved).error().with_hint(
                                  "somebody has the previous backup open there: run again when "
                                  "they have closed it")
                            : std::move(moved).error());
        }
        // On FAT only the file's own fsync makes its new entry durable, and the next rename must
        // not overtake it.
        INTACT_TRY(directory_.sync_file(file.guard));
        INTACT_TRY(directory_.sync_filesystem());
        return directory_.sync();
    }

    const CarefulNames names_;
};

} // namespace

Result<bool> Swap::is_placed(const MovingFile &file) const {
    INTACT_TRY_ASSIGN(const auto there, directory_.identity(file.final));
    return there == file.identity;
}

Result<> Swap::clear(const MovingBackup &backup) {
    release();
    for (const MovingFile &file : backup) {
        INTACT_TRY(directory_.remove_if_there(file.guard));
        INTACT_TRY(directory_.remove_if_there(file.staged));
    }
    return {};
}

std::unique_ptr<Swap> make_swap(Variant variant, const os::Directory &directory, bool is_remote) {
    switch (variant) {
    case Variant::rename:
        return std::make_unique<RenameSwap>(directory);
    case Variant::link_guard:
        return std::make_unique<LinkGuardSwap>(directory, is_remote);
    case Variant::exchange:
        return std::make_unique<ExchangeSwap>(directory);
    case Variant::held_rename:
        return std::make_unique<HeldRenameSwap>(directory);
    case Variant::two_step:
        break;
    }
    return std::make_unique<TwoStepSwap>(directory, is_remote);
}

bool frees_early(Variant variant) {
    return variant == Variant::exchange || variant == Variant::held_rename;
}

bool needs_intent(Variant variant) {
    return variant != Variant::rename;
}

} // namespace intact::destination
