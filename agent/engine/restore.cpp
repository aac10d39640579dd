#include "engine/restore.hpp"

#include "engine/restore_paths.hpp"
#include "engine/restore_source.hpp"
#include "engine/restore_tree.hpp"
#include "os/shortage.hpp"
#include "pipeline/archive_reader.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <memory>
#include <sys/stat.h>
#include <unordered_set>

namespace intact::engine {
namespace {

using pipeline::ArchivedEntry;
using pipeline::ArchiveReader;

/// Entries that could not be put in their place, while the others were.
struct Refusals {
    std::uint64_t count = 0;
    std::optional<Error> worst;

    void add(Error error) {
        ++count;
        if (!worst ||
            (error.code() == ErrorCode::unsafe_path && worst->code() != ErrorCode::unsafe_path)) {
            worst = std::move(error);
        }
    }
};

/// One restore into a directory. A first pass makes everything but links whose file is not there
/// (it was not asked for, or another file has its name); further passes bring those their content.
class Restoration {
public:
    Restoration(const ProvenBackup &backup, const RestoreOptions &options, Progress &progress,
                const std::stop_token &stop)
        : backup_(backup), options_(options), progress_(progress), stop_(stop),
          patterns_(options.patterns) {}

    Result<RestoreReport> run(const os::Directory *target) {
        if (target != nullptr) {
            tree_.emplace(*target,
                          TreeWriter::Options{options_.existing,
                                              options_.same_owner ? os::Ownership::restore
                                                                  : os::Ownership::keep_callers,
                                              [this](const Warning &w) { warn(w); },
                                              [this](Error e) { refuse(std::move(e)); }});
        }
        auto passed = all_passes();
        if (tree_ && !options_.dry_run) {
            // Also after an error, so that what was restored is as it should be.
            auto finished = tree_->finish();
            if (passed && !finished) {
                passed = fail(std::move(finished).error());
            }
        }
        INTACT_TRY(std::move(passed));
        INTACT_TRY(judge());
        return report_;
    }

private:
    using Take = Result<> (Restoration::*)(ArchiveReader &, const ArchivedEntry &);

    Result<> all_passes() {
        if (patterns_.must_learn_names()) {
            INTACT_TRY(pass(&Restoration::take_name));
        }
        INTACT_TRY(pass(&Restoration::take_selected));
        while (!options_.dry_run && !wanted_.empty()) {
            const auto before = wanted_;
            INTACT_TRY(pass(&Restoration::take_wanted));
            if (wanted_ == before) {
                const auto &[content, names] = *wanted_.begin();
                return fail(ErrorCode::archive_damaged,
                            fmt::format("hard link {}: the archive has no file {}",
                                        os::quoted_path(names.front()), os::quoted_path(content)));
            }
        }
        return {};
    }

    Result<> pass(Take take) {
        INTACT_TRY_ASSIGN(const auto stored, backup_.read(stop_));
        INTACT_TRY_ASSIGN(const auto reader, ArchiveReader::open([&] { return stored->next(); }));
        for (;;) {
            if (stop_.stop_requested()) {
                return fail(ErrorCode::cancelled, "restore stopped");
            }
            INTACT_TRY_ASSIGN(const std::optional<ArchivedEntry> entry, reader->next());
            if (!entry) {
                break;
            }
            auto taken = (this->*take)(*reader, *entry);
            if (!taken && is_of_one_entry(taken.error())) {
                refuse(std::move(taken).error());
            } else if (!taken) {
                return taken;
            }
        }
        return backup_.check_again(*stored);
    }

    static bool is_of_one_entry(const Error &error) {
        return error.code() == ErrorCode::unsafe_path ||
               error.code() == ErrorCode::already_exists ||
               (error.sys_errno() != 0 && !os::concerns_all_files(error.sys_errno()));
    }

    void refuse(Error error) {
        if (options_.on_refused) {
            options_.on_refused(error);
        }
        refusals_.add(std::move(error));
    }

    Result<> take_name(ArchiveReader &, const ArchivedEntry &entry) {
        if (const auto path = path_below_target(entry.path)) {
            patterns_.learn_name(*path);
        }
        return {}; // what is wrong with a name is told by the pass that restores
    }

    Result<> take_selected(ArchiveReader &reader, const ArchivedEntry &entry) {
        INTACT_TRY_ASSIGN(const std::string path, path_below_target(entry.path));
        if (path.empty() && entry.inode.type != os::FileType::directory) {
            return fail(ErrorCode::unsafe_path,
                        fmt::format("entry {}: not a directory, yet it has the target's own name",
                                    os::quoted_path(entry.path)));
        }
        if (tree_ && entry.inode.type == os::FileType::directory) {
            tree_->pass_directory(path, entry.inode);
        }
        if (!patterns_.selects(path)) {
            return {};
        }
        progress_.set_path(path);
        const auto placed = options_.dry_run ? preview(path) : place(reader, entry, path);
        if (!placed) {
            // What has its name now is none of this restore's, and nothing may be linked to it.
            kept_.insert(hash_(path));
            return fail(placed.error());
        }
        if (*placed) {
            count(path, entry.inode, **placed);
        }
        for (const std::string &lost : entry.lost_metadata) {
            warn({WarningKind::metadata, path, lost});
        }
        return {};
    }

    Result<std::optional<Placed>> preview(const std::string &path) {
        if (!tree_ || options_.existing == Existing::overwrite) {
            return Placed::made;
        }
        INTACT_TRY_ASSIGN(const bool exists, tree_->exists(path));
        return exists ? Placed::kept : Placed::made;
    }

    Result<std::optional<Placed>> place(ArchiveReader &reader, const ArchivedEntry &entry,
                                        const std::string &path) {
        if (!entry.hard_link_to.empty()) {
            return place_link(entry, path);
        }
        if (entry.inode.type == os::FileType::directory) {
            return tree_->make_directory(path, entry.inode);
        }
        if (entry.inode.type == os::FileType::regular) {
            return tree_->make_file(path, entry.inode, content_of(reader));
        }
        return tree_->make_special(path, entry.inode);
    }

    // Linked only to what this restore has made: a file that was there before may hold anything.
    Result<std::optional<Placed>> place_link(const ArchivedEntry &entry, const std::string &path) {
        auto safe = path_below_target(entry.hard_link_to);
        if (!safe) {
            return fail(std::move(safe).error().within("hard link " + os::quoted_path(path)));
        }
        const std::string content = *safe;
        if (content == path) {
            return Placed::kept;
        }
        const bool was_made = patterns_.would_select(content) && !kept_.contains(hash_(content));
        std::optional<Placed> placed;
        if (was_made) {
            INTACT_TRY_ASSIGN(placed, tree_->make_link(path, content));
        }
        if (!placed) {
            wanted_[content].push_back(path);
        }
        return placed;
    }

    static Content content_of(ArchiveReader &reader) {
        return [&reader]() -> Result<std::optional<ContentPiece>> {
            INTACT_TRY_ASSIGN(const auto data, reader.data());
            if (!data) {
                return std::nullopt;
            }
            return ContentPiece{data->offset, data->bytes};
        };
    }

    // The content that links of an earlier pass wait for: the first gets it, the others link to
    // that. What cannot be linked (a filesystem without hard links) waits for content of its own.
    Result<> take_wanted(ArchiveReader &reader, const ArchivedEntry &entry) {
        const auto path = path_below_target(entry.path);
        const auto waiting = path ? wanted_.find(*path) : wanted_.end();
        if (waiting == wanted_.end()) {
            return {};
        }
        const std::vector<std::string> names = std::move(waiting->second);
        wanted_.erase(waiting);
        if (!entry.hard_link_to.empty()) {
            INTACT_TRY_ASSIGN(const std::string further, path_below_target(entry.hard_link_to));
            wait_for_content(further, names.begin(), names.end());
            return {};
        }
        std::optional<std::string> first;
        for (auto name = names.begin(); name != names.end(); ++name) {
            auto placed =
                first ? tree_->make_link(*name, *first)
                      : as_optional(tree_->make_file(*name, entry.inode, content_of(reader)));
            if (!placed && !is_of_one_entry(placed.error())) {
                return fail(std::move(placed).error());
            }
            if (!placed) {
                refuse(placed.error());
            } else if (*placed) {
                count(*name, entry.inode, **placed);
            } else {
                wanted_[*path].push_back(*name);
            }
            if (!first && (!placed || *placed != Placed::made)) {
                // Another file is in its place: the content goes to the next one, in the next pass.
                wait_for_content(*path, std::next(name), names.end());
                break;
            }
            first = first.value_or(*name);
        }
        return {};
    }

    template <typename Iterator>
    void wait_for_content(const std::string &path, Iterator begin, Iterator end) {
        if (begin != end) {
            auto &list = wanted_[path];
            list.insert(list.end(), begin, end);
        }
    }

    static Result<std::optional<Placed>> as_optional(Result<Placed> placed) {
        INTACT_TRY_ASSIGN(const Placed value, std::move(placed));
        return value;
    }

    void count(const std::string &path, const os::Inode &inode, Placed placed) {
        if (placed != Placed::made) {
            ++(placed == Placed::kept ? report_.kept : report_.left_out);
            kept_.insert(hash_(path));
            return;
        }
        ++report_.entries;
        report_.bytes += inode.size;
        progress_.entries = report_.entries;
        progress_.bytes_written = report_.bytes;
        if (options_.on_entry) {
            options_.on_entry(path);
        }
    }

    void warn(const Warning &warning) {
        ++report_.warnings;
        progress_.warnings = report_.warnings;
        if (options_.on_warning) {
            options_.on_warning(warning);
        }
    }

    Result<> judge() const {
        if (refusals_.worst) {
            return fail(Error(*refusals_.worst)
                            .within(fmt::format("{} entries restored, {} not; the first of those",
                                                report_.entries, refusals_.count)));
        }
        const std::vector<std::string> unmatched = patterns_.unmatched();
        if (!unmatched.empty()) {
            std::vector<std::string> words;
            for (const std::string &pattern : unmatched) {
                words.push_back(os::quoted_path(pattern));
            }
            return fail(
                Error(ErrorCode::not_found, fmt::format("the backup holds nothing that matches {}",
                                                        fmt::join(words, ", ")))
                    .with_hint("'--dry-run' without a path lists what it holds; names have no "
                               "slash in front"));
        }
        return {};
    }

    const ProvenBackup &backup_;
    const RestoreOptions &options_;
    Progress &progress_;
    std::stop_token stop_;
    PathPatterns patterns_;
    std::optional<TreeWriter> tree_; ///< none: nothing is there and nothing is to be made
    RestoreReport report_;
    Refusals refusals_;
    std::map<std::string, std::vector<std::string>> wanted_; ///< links without content, by its path
    // Hashes only: one taken for another costs a copy in place of a link.
    std::unordered_set<std::size_t> kept_;
    std::hash<std::string> hash_;
};

Result<RestoreReport> preview(Restoration &restoration, const RestoreOptions &options,
                              os::Sys &sys) {
    auto target = os::Directory::open(options.target, sys);
    // Only where nothing has the name would a directory be made: not for a file, nor for a symlink
    // that leads nowhere.
    struct stat status{};
    if (!target &&
        (target.error().sys_errno() != ENOENT || lstat(options.target.c_str(), &status) == 0)) {
        return fail(std::move(target).error());
    }
    return restoration.run(target ? &*target : nullptr);
}

} // namespace

Result<RestoreReport> restore_files(const os::Directory &source,
                                    const destination::FoundBackup &backup,
                                    const RestoreOptions &options, Progress &progress,
                                    const std::stop_token &stop) {
    if (backup.manifest && backup.manifest->format != "tar") {
        return fail(
            Error(ErrorCode::unsupported,
                  fmt::format("restore {}: it holds a stream of format '{}', not files",
                              os::quoted_path(backup.manifest->archive), backup.manifest->format))
                .with_hint("use --stdout, or --pipe with the program that reads it"));
    }
    INTACT_TRY_ASSIGN(const ProvenBackup proven,
                      ProvenBackup::open(source, backup, progress, stop));
    progress.stage = Stage::write;
    progress.expected_bytes = proven.manifest().stream_bytes;
    Restoration restoration(proven, options, progress, stop);
    if (options.dry_run) {
        return preview(restoration, options, source.sys());
    }
    INTACT_TRY_ASSIGN(const os::Directory target,
                      os::Directory::make_and_open(options.target, source.sys()));
    return restoration.run(&target);
}

} // namespace intact::engine
