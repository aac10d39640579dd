// All that is known of one run: the value the engine returns, the catalog keeps and people read.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/outcome.hpp"
#include "base/warning.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace intact::catalog {

/// The error of a run as it is kept: plain words, no types of this process.
struct RunFailure {
    std::string code;  ///< name_of(ErrorCode)
    std::string stage; ///< name_of(Stage), empty when none applies
    std::string message;
    std::string hint;
    int exit_code = 1;
};

RunFailure failure_of(const Error &error);

struct RunRecord;
/// Whether its backup is not what the job expects.
bool is_suspicious(const RunRecord &record);

struct RunRecord {
    std::string run_id;
    std::string job;
    std::string host;
    std::int64_t pid = 0;
    WallTime started{};
    std::optional<WallTime> finished; ///< none while running, and for an interrupted run
    Outcome outcome = Outcome::running;
    std::optional<RunFailure> failure;

    std::string destination;         ///< directory
    std::string filesystem;          ///< what it lies on: destination::Filesystem::identity
    std::string mount_point;         ///< of that
    std::string archive;             ///< file name there; empty when nothing was published
    std::uint64_t bytes_read = 0;    ///< uncompressed stream, also of a failed run
    std::uint64_t bytes_written = 0; ///< to the archive, also of a failed run
    std::uint64_t entries = 0;       ///< archived
    std::string sha256;              ///< of the archive file
    std::string stream_sha256;       ///< of the uncompressed stream
    std::string verified_depth;      ///< "size", "checksum", "archive"; empty: not verified
    std::string verified_level;      ///< "stream", "buffered", "cold", "cold-remote"

    std::uint64_t warning_count = 0;
    std::vector<Warning> warnings;                  ///< the first 1,000, and the first of each kind
    std::map<std::string, std::int64_t> stage_usec; ///< time spent, by stage name
    std::string stderr_tail;                        ///< of a command source, last 64 KiB
};

/// Beside 0 and the codes of errors: something was left out, and the rest is sound.
constexpr int kExitPartial = 3;

/// A condition of the job kept the run from beginning; of a hook: it says so. EX_TEMPFAIL,
/// sysexits.h.
constexpr int kExitHeldBack = 75;

/// What the shell gets: 0, kExitPartial for a partial backup, else the failure's code.
int exit_code_of(const RunRecord &record);

} // namespace intact::catalog
