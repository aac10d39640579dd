#include "engine/claim.hpp"

#include "base/quantity.hpp"
#include "destination/backup_list.hpp"
#include "destination/backup_name.hpp"
#include "destination/probe.hpp"
#include "destination/publish.hpp"
#include "engine/recover.hpp"

#include <fmt/format.h>
#include <optional>
#include <unistd.h>

namespace intact::engine {
namespace {

constexpr std::string_view kDefaultDestinations = "/var/backups/intact/";

Result<os::Directory> open_destination(const Context &context, const config::Job &job) {
    const std::string &path = job.destination.path;
    if (is_made_by_runs(job.destination)) {
        return os::Directory::make_and_open(path, *context.sys);
    }
    auto directory = os::Directory::open(path, *context.sys);
    if (!directory && directory.error().code() == ErrorCode::not_found) {
        return fail(std::move(directory).error().with_hint(
            fmt::format("mount what belongs there, or make it: install -d -m 0750 '{}'", path)));
    }
    return directory;
}

// Two runs within one second would share a name; the second one takes the next second.
Result<std::string> free_archive_name(const os::Directory &directory, const config::Job &job,
                                      const Context &context, WallTime started) {
    std::string name = destination::archive_name(job, context.host, started);
    if (destination::naming_of(job.destination) == destination::Naming::fixed) {
        return name;
    }
    for (int seconds = 1; seconds <= 10; ++seconds) {
        INTACT_TRY_ASSIGN(const bool taken, directory.has(name));
        INTACT_TRY_ASSIGN(const bool described,
                          directory.has(name + std::string(destination::kManifestSuffix)));
        if (!taken && !described) {
            break;
        }
        name =
            destination::archive_name(job, context.host, started + std::chrono::seconds(seconds));
    }
    return name;
}

Result<> settle_name_and_protocol(Claim &claim, const Context &context, const config::Job &job,
                                  const RunId &run, WallTime started) {
    INTACT_TRY_ASSIGN(claim.archive,
                      free_archive_name(claim.target.directory, job, context, started));
    INTACT_TRY_ASSIGN(claim.replaced,
                      destination::replaced_backup(claim.target.directory, claim.archive,
                                                   destination::naming_of(job.destination),
                                                   {job.name, context.host}));
    INTACT_TRY_ASSIGN(const auto probe, destination::probe_directory(claim.target.directory, run));
    INTACT_TRY_ASSIGN(claim.protocol, destination::choose_protocol(claim.filesystem, probe,
                                                                   job.destination.strategy));
    return {};
}

void release_locks(Claim &claim) {
    claim.target.lock.release();
    if (claim.staging) {
        claim.staging->lock.release();
    }
}

void find_previous(Claim &claim, const config::Job &job, const std::string &host) {
    const auto backups = destination::list_backups(claim.target.directory, job.name);
    if (!backups) {
        return; // the chain begins anew; 'verify' is what finds damage
    }
    for (const destination::FoundBackup &backup : *backups) {
        if (backup.manifest && backup.manifest->host == host) {
            claim.previous_archive = backup.manifest->archive;
            claim.previous_manifest_sha256 = backup.manifest_sha256;
            claim.previous_bytes = backup.manifest->bytes;
        }
    }
}

} // namespace

bool is_made_by_runs(const config::Destination &destination) {
    return destination.path.starts_with(kDefaultDestinations);
}

os::LockOwner lock_owner(const Context &context, const RunId &run, WallTime started) {
    return {getpid(), context.host, run.str(), rfc3339(started)};
}

Result<os::LockFile> lock_job(const Context &context, const config::Job &job, const RunId &run,
                              WallTime started, std::chrono::milliseconds patience,
                              const std::stop_token &stop) {
    INTACT_TRY_ASSIGN(const os::Directory locks,
                      os::Directory::make_and_open(context.state_dir + "/locks", *context.sys));
    return os::LockFile::acquire(locks, job.name + ".lock", lock_owner(context, run, started),
                                 patience, stop);
}

Result<Claim> claim_target(const Context &context, const config::Job &job, const RunId &run,
                           WallTime started, const LastMount &last,
                           std::chrono::milliseconds patience, const std::stop_token &stop) {
    INTACT_TRY_ASSIGN(os::Directory directory, open_destination(context, job));
    INTACT_TRY_ASSIGN(auto filesystem, destination::examine_filesystem(directory));
    INTACT_TRY(check_destination(job.destination, filesystem, last));
    // Before the lock, whose name has the same characters.
    INTACT_TRY(
        destination::check_name(filesystem, destination::archive_name(job, context.host, started)));
    const Taker taker{lock_owner(context, run, started), patience, destination::Settling::act,
                      stop};
    std::vector<SettledRun> recovered;
    INTACT_TRY_ASSIGN(Place target, take_place(std::move(directory),
                                               destination::target_lock_name(job, context.host),
                                               filesystem.is_remote, taker, recovered));
    Claim claim{.target = std::move(target),
                .filesystem = std::move(filesystem),
                .recovered = std::move(recovered)};
    auto staging = take_staging(context, job, claim.target.directory, taker, claim.recovered);
    auto settled = staging ? settle_name_and_protocol(claim, context, job, run, started)
                           : Result<>(fail(staging.error()));
    if (staging) {
        claim.staging = *std::move(staging);
    }
    if (!settled) {
        // The dead are settled and this run has made nothing: its records would be false cues.
        release_locks(claim);
        return fail(std::move(settled).error());
    }
    find_previous(claim, job, context.host);
    return claim;
}

std::vector<std::string> foreseen_shortage(const Claim &claim, const config::Job &job,
                                           std::uint64_t last_bytes) {
    std::vector<std::string> lines;
    if (const auto space = destination::space_of(claim.target.directory);
        space && space->free_bytes < claim.previous_bytes) {
        lines.push_back(fmt::format(
            "{} has {} free, the previous backup took {}", os::quoted_path(job.destination.path),
            format_size(space->free_bytes), format_size(claim.previous_bytes)));
    }
    if (const std::uint64_t largest = claim.filesystem.largest_file;
        largest != 0 && last_bytes > largest) {
        lines.push_back(fmt::format("{} holds files up to {}, the last backup took {}",
                                    os::quoted_path(job.destination.path), format_size(largest),
                                    format_size(last_bytes)));
    }
    return lines;
}

void release(Claim claim, const RunId &run) {
    const auto is_clean = [&run](const os::Directory &directory) {
        return !destination::has_leftovers(directory, run.str()).value_or(true);
    };
    if (is_clean(claim.target.directory)) {
        claim.target.lock.release();
    }
    if (claim.staging && is_clean(claim.staging->directory)) {
        claim.staging->lock.release();
    }
}

} // namespace intact::engine
