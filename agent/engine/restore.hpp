// Brings a backup back, whole or by path. Never writes outside the target.
#pragma once

#include "base/error.hpp"
#include "base/warning.hpp"
#include "config/job.hpp"
#include "destination/backup_list.hpp"
#include "engine/progress.hpp"
#include "os/file.hpp"

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace intact::source {
class PodUnpack;
}

namespace intact::engine {

enum class Existing { keep, overwrite };

struct RestoreOptions {
    std::string target;                ///< directory; made when missing
    std::vector<std::string> patterns; ///< see PathPatterns; empty: all
    Existing existing = Existing::keep;
    bool dry_run = false;
    bool same_owner = geteuid() == 0; ///< give files their owners (needs CAP_CHOWN)
    std::function<void(const std::string &path)> on_entry;
    std::function<void(const Warning &)> on_warning;
    std::function<void(const Error &)> on_refused; ///< an entry that could not be restored
};

struct RestoreReport {
    std::uint64_t entries = 0;  ///< restored (or that would be)
    std::uint64_t kept = 0;     ///< existing files and directories left alone
    std::uint64_t left_out = 0; ///< could not be made here; each is a warning
    std::uint64_t bytes = 0;    ///< of the restored files' sizes
    std::uint64_t warnings = 0;
};

/// Checks the archive's digest before anything in the target is touched, then restores. An entry or
/// a directory that cannot be restored is told by `on_refused` and keeps none of the others back;
/// the error at the end counts them and names the worst. What concerns the whole target (a full or
/// read-only disk, I/O errors, no descriptors) ends the restore at once.
/// Errors: verify_mismatch, archive_damaged; not_found when a pattern matches nothing; unsafe_path
/// for entries that point outside; permission_denied, no_space, io; cancelled.
Result<RestoreReport> restore_files(const os::Directory &source,
                                    const destination::FoundBackup &backup,
                                    const RestoreOptions &options, Progress &progress,
                                    const std::stop_token &stop);

/// Checks the digest, then writes the uncompressed stream to `fd` (stdout or a pipe); returns its
/// length. Errors: io when the reader of a pipe has gone (no SIGPIPE); cancelled, also while a pipe
/// is full.
Result<std::uint64_t> restore_stream(const os::Directory &source,
                                     const destination::FoundBackup &backup, int fd,
                                     Progress &progress, const std::stop_token &stop);

/// The same into the stdin of a program (argv, no shell). Errors: source_failed when it ends badly.
Result<std::uint64_t> restore_to_command(const os::Directory &source,
                                         const destination::FoundBackup &backup,
                                         const std::vector<std::string> &command,
                                         Progress &progress, const std::stop_token &stop);

/// The same into a pod, which unpacks it and tells what it took, where it can. Errors: unsupported
/// for what is no tar; those of PodUnpack; source_incomplete when the pod took less, or other
/// bytes.
Result<std::uint64_t> restore_to_pod(const os::Directory &source,
                                     const destination::FoundBackup &backup, source::PodUnpack &pod,
                                     Progress &progress, const std::stop_token &stop);

/// The same into a database by its own tool, with the connection and the credentials that the
/// source names: another server than it came from, where another job names that. What the tool says
/// goes to `on_stderr`. Errors: unsupported when the backup is no dump of such a database; as
/// source::restore_database().
Result<std::uint64_t> restore_to_database(const os::Directory &source,
                                          const destination::FoundBackup &backup,
                                          const config::DatabaseSource &database, Existing existing,
                                          const std::function<void(std::string_view)> &on_stderr,
                                          Progress &progress, const std::stop_token &stop);

} // namespace intact::engine
