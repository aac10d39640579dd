#include "engine/recover.hpp"

#include "catalog/catalog.hpp"
#include "destination/backup_list.hpp"
#include "destination/backup_name.hpp"
#include "destination/filesystem.hpp"
#include "engine/claim.hpp"
#include "engine/place.hpp"
#include "engine/rebuild.hpp"

#include <chrono>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iterator>
#include <set>

namespace intact::engine {
namespace {

using destination::Recovered;
using destination::Recovery;
using destination::Settling;

// A run may die between its last rename and the ledger: its backup stands, only the row is missing.
std::optional<destination::Manifest> published_by(const os::Directory &directory,
                                                  const std::string &run_id) {
    const auto backups = destination::list_backups(directory);
    if (!backups) {
        return std::nullopt;
    }
    for (const destination::FoundBackup &backup : *backups) {
        if (backup.manifest && backup.manifest->run_id == run_id) {
            return *backup.manifest;
        }
    }
    return std::nullopt;
}

Result<SettledRun> settle(const os::Directory &directory, const std::string &run_id, bool is_remote,
                          Settling settling, const std::stop_token &stop) {
    INTACT_TRY_ASSIGN(auto recovery,
                      destination::recover_run(directory, run_id, is_remote, settling, stop));
    if (recovery.what == Recovered::nothing) {
        recovery.published = published_by(directory, run_id);
    }
    return SettledRun{run_id, directory.path(), std::move(recovery)};
}

/// All locks of a directory, so that no run is at work there.
class AllLocks {
public:
    static Result<AllLocks> take(const Context &context, const os::Directory &directory) {
        AllLocks locks;
        const WallTime now = context.clock->now();
        const os::LockOwner owner = lock_owner(context, RunId::make(now), now);
        INTACT_TRY_ASSIGN(const auto names, directory.names());
        for (const std::string &name : names) {
            if (name.starts_with(".intact-") && name.ends_with(".lock")) {
                INTACT_TRY_ASSIGN(auto lock, os::LockFile::acquire(directory, name, owner,
                                                                   std::chrono::milliseconds(0),
                                                                   std::stop_token()));
                locks.held_.push_back(std::move(lock));
            }
        }
        return locks;
    }
    void release() {
        for (os::LockFile &lock : held_) {
            lock.release();
        }
    }

private:
    std::vector<os::LockFile> held_;
};

// Those that were completed first: whoever kills this in between finds the rows of the others still
// `running`, and not one `interrupted` whose backup stands.
Result<> write_outcomes(const Context &context, const config::Job &job, const RunId &self,
                        const std::vector<SettledRun> &all, const std::optional<RunId> &dead) {
    INTACT_TRY_ASSIGN(const auto catalog, catalog::Catalog::open(context.state_dir));
    for (const SettledRun &settled : all) {
        if (settled.recovery.published) {
            INTACT_TRY(catalog->finish(record_of(*settled.recovery.published, settled.directory)));
        }
    }
    INTACT_TRY(catalog->settle(job.name, self.str()));
    if (dead) {
        catalog::RunRecord record;
        record.run_id = dead->str();
        record.job = job.name;
        record.host = context.host;
        record.started = dead->made();
        record.outcome = Outcome::interrupted;
        record.destination = job.destination.path;
        INTACT_TRY(catalog->adopt(record));
    }
    return catalog->count_runs(job.name);
}

void append(std::vector<std::string> &lines, std::vector<std::string> more) {
    std::move(more.begin(), more.end(), std::back_inserter(lines));
}

} // namespace

Result<std::vector<SettledRun>> settle_predecessors(const os::Directory &directory,
                                                    const os::LockFile &lock, bool is_remote,
                                                    Settling settling,
                                                    const std::stop_token &stop) {
    std::vector<SettledRun> all;
    for (const os::LockOwner &dead : lock.predecessors()) {
        INTACT_TRY_ASSIGN(auto settled, settle(directory, dead.run_id, is_remote, settling, stop));
        all.push_back(std::move(settled));
    }
    return all;
}

std::vector<std::string> words_for(const SettledRun &settled) {
    const Recovery &recovery = settled.recovery;
    std::vector<std::string> lines;
    if (recovery.what == Recovered::swept) {
        lines.push_back(fmt::format("run {} died before it published: its unfinished backup goes "
                                    "from {}, the one before stands",
                                    settled.run_id, os::quoted_path(settled.directory)));
    } else if (recovery.what == Recovered::completed) {
        lines.push_back(fmt::format("run {} died while it published '{}': that is finished now",
                                    settled.run_id, recovery.published->archive));
    }
    for (const std::string &name : recovery.set_aside) {
        lines.push_back(fmt::format("run {} left a name taken by a file that is neither its backup "
                                    "nor the one before: that file is kept as {}",
                                    settled.run_id,
                                    os::quoted_path(settled.directory + "/" + name)));
    }
    if (!recovery.for_fsck.empty()) {
        lines.push_back(fmt::format("the power cut left files on {} that share clusters or lost "
                                    "them: they are kept as {}; unmount it, run fsck.vfat, then "
                                    "remove them",
                                    os::quoted_path(settled.directory),
                                    fmt::join(recovery.for_fsck, ", ")));
    }
    return lines;
}

Result<std::vector<std::string>> recover_job(const Context &context, const config::Job &job,
                                             const std::optional<RunId> &dead, Settling settling,
                                             const std::stop_token &stop) {
    const WallTime now = context.clock->now();
    const RunId id = RunId::make(now);
    const Taker taker{lock_owner(context, id, now), std::chrono::milliseconds(0), settling, stop};
    INTACT_TRY_ASSIGN(auto job_lock, lock_job(context, job, id, now, taker.patience, stop));
    INTACT_TRY_ASSIGN(auto directory, os::Directory::open(job.destination.path, *context.sys));
    INTACT_TRY_ASSIGN(const auto filesystem, destination::examine_filesystem(directory));
    std::vector<SettledRun> all;
    INTACT_TRY_ASSIGN(Place target, take_place(std::move(directory),
                                               destination::target_lock_name(job, context.host),
                                               filesystem.is_remote, taker, all));
    INTACT_TRY_ASSIGN(auto staging, take_staging(context, job, target.directory, taker, all));
    std::vector<std::string> lines;
    for (const SettledRun &settled : all) {
        append(lines, words_for(settled));
    }
    if (settling == Settling::look) {
        return lines; // the locks' records stay for who settles in earnest
    }
    INTACT_TRY(write_outcomes(context, job, id, all, dead));
    if (staging) {
        staging->lock.release();
    }
    target.lock.release();
    job_lock.release();
    return lines;
}

Result<std::vector<std::string>> recover_directory(const Context &context, const std::string &path,
                                                   Settling settling, const std::stop_token &stop) {
    INTACT_TRY_ASSIGN(const auto directory, os::Directory::open(path, *context.sys));
    INTACT_TRY_ASSIGN(const auto filesystem, destination::examine_filesystem(directory));
    // In this order: whoever made files before the list was made held a lock by then.
    INTACT_TRY_ASSIGN(const std::set<std::string> runs, destination::runs_with_files(directory));
    INTACT_TRY_ASSIGN(auto locks, AllLocks::take(context, directory));
    std::vector<std::string> lines;
    for (const std::string &run_id : runs) {
        INTACT_TRY_ASSIGN(const auto settled,
                          settle(directory, run_id, filesystem.is_remote, settling, stop));
        append(lines, words_for(settled));
    }
    if (settling == Settling::act) {
        locks.release();
    }
    return lines;
}

} // namespace intact::engine
