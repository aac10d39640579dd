// The publish protocols: how one file takes its final name, and how that is undone. Each variant is
// one short sequence, to be laid beside its list in filesystems.md §2.
#pragma once

#include "base/error.hpp"
#include "destination/moving_file.hpp"
#include "destination/variant.hpp"
#include "os/file.hpp"

#include <memory>
#include <span>

namespace intact::destination {

/// The calls come in this order: guard() once, place() for each file, make_durable() once; to undo,
/// take_back() for each file that place() was called for, newest first, whether it failed or not;
/// clear() at the end either way. Thread: run worker. The directory outlives this.
class Swap {
public:
    virtual ~Swap() = default;

    /// Before any name changes: whatever keeps the previous files findable.
    virtual Result<> guard(std::span<const MovingFile>) { return {}; }
    /// The staged file takes its final name. Errors: already_exists when a name that should be free
    /// is taken.
    virtual Result<> place(const MovingFile &file) = 0;
    /// From here on no power cut brings the old names back.
    virtual Result<> make_durable(std::span<const MovingFile>) { return {}; }
    /// The final name shows what it did before place().
    virtual Result<> take_back(const MovingFile &file) = 0;
    /// Removes what lies under the hidden names, the manifest's last. They may be gone already.
    Result<> clear(const MovingBackup &backup);

protected:
    explicit Swap(const os::Directory &directory) : directory_(directory) {}
    /// Whether place() did what it is for, however it ended.
    Result<bool> is_placed(const MovingFile &file) const;
    /// Lets go of what clear() is about to remove.
    virtual void release() {}

    const os::Directory &directory_;
};

/// `is_remote`: an error of a rename or link may hide that it was done, so who is where decides.
std::unique_ptr<Swap> make_swap(Variant variant, const os::Directory &directory, bool is_remote);

/// Whether it is for a filesystem whose names may share clusters after a power cut: FAT.
bool frees_early(Variant variant);

/// Whether a crash in that variant can only be settled by a record of what was to happen.
bool needs_intent(Variant variant);

} // namespace intact::destination
