// Makes files, directories, links and devices below one directory, and nowhere else. Knows no
// archive format and no pattern.
#pragma once

#include "base/error.hpp"
#include "base/warning.hpp"
#include "engine/restore.hpp"
#include "os/file.hpp"
#include "os/inode.hpp"
#include "os/inode_write.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace intact::engine {

/// A piece of a file's content; nothing at its end. Between pieces lie holes.
struct ContentPiece {
    std::uint64_t offset = 0;
    std::span<const std::byte> bytes;
};
using Content = std::function<Result<std::optional<ContentPiece>>()>;

/// kept: what was there is; left_out: this user or the filesystem cannot make such a thing.
enum class Placed { made, kept, left_out };

/// Every name is resolved from the target's descriptor one component at a time without following a
/// symlink (O_NOFOLLOW), whoever planted it: no path leads outside. Files, links and devices get a
/// temporary name, then their own by rename, so that no half-written file has it and no existing
/// content is written into. Paths are those of path_below_target(). Memory: grows with the
/// directories made, not with files. Errors: of one entry, and the next may
/// go on, unless os::concerns_all_files(). Thread: one.
class TreeWriter {
public:
    struct Options {
        Existing existing = Existing::keep;
        os::Ownership ownership = os::Ownership::keep_callers;
        std::function<void(const Warning &)> on_warning;
        std::function<void(Error)> on_refused; ///< a directory that finish() could not finish
    };
    TreeWriter(const os::Directory &target, Options options)
        : target_(&target), options_(std::move(options)) {}

    /// A directory of the archive, restored or only passed by: what it is like when a file below it
    /// is restored and it has to be made.
    void pass_directory(const std::string &path, const os::Inode &inode);
    Result<Placed> make_directory(const std::string &path, const os::Inode &inode);
    Result<Placed> make_file(const std::string &path, const os::Inode &inode,
                             const Content &content);
    /// Symlinks, FIFOs, devices. What this user or the filesystem cannot make is a warning, and
    /// left out.
    Result<Placed> make_special(const std::string &path, const os::Inode &inode);
    /// A second name for a file made before. Nothing when it cannot be linked: it is not there, or
    /// the filesystem refuses.
    Result<std::optional<Placed>> make_link(const std::string &path, const std::string &existing);
    /// Gives the directories their metadata, deepest first, all that can be reached, and starts no
    /// more. Call once, last.
    Result<> finish();
    Result<bool> exists(const std::string &path);

private:
    Result<> finish_directory(const std::string &path, const std::optional<os::Inode> &inode);
    Result<os::UniqueFd> walk(const std::string &path, bool make);
    Result<os::UniqueFd> step(int dir, const std::string &component, const std::string &path,
                              bool make);
    Result<int> parent_of(const std::string &path);
    Result<bool> is_kept(int dir, const std::string &path);
    Result<Placed> publish(int dir, const std::string &temporary, const std::string &path);
    Result<Placed> publish_new(int dir, const std::string &temporary, const std::string &path);
    Result<> replace(int dir, const std::string &temporary, const std::string &path);
    Result<> fill(os::File &file, const os::Inode &inode, const Content &content);
    Result<> make_node(int dir, const std::string &name, const os::Inode &inode);
    template <typename Make>
    Result<std::string> with_temporary_name(Make make);
    void remember_made(const std::string &path);
    void warn(WarningKind kind, const std::string &path, const std::vector<std::string> &details);
    Error about(const std::string &path, std::string_view doing, int err) const;
    os::Sys &sys() const { return target_->sys(); }

    const os::Directory *target_;
    Options options_;
    std::uint64_t counter_ = 0;
    std::optional<std::string> parent_path_; ///< whose descriptor is `parent_`
    os::UniqueFd parent_;
    std::vector<std::pair<std::string, os::Inode>> ancestors_;    ///< of the current entry
    std::map<std::string, std::optional<os::Inode>> directories_; ///< to be given their metadata
};

} // namespace intact::engine
