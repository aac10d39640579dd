// A job as the operator wrote it, typed, complete with defaults and immutable. Knows no TOML.
#pragma once

#include "base/warning.hpp"
#include "config/source.hpp"
#include "schedule/timetable.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace intact::config {

enum class Compression { none, gzip, zstd };
enum class Strategy { automatic, atomic_rename, copy_and_swap };
enum class VerifyDepth { size, checksum, archive };
enum class DelayKind { stable, fresh };
enum class IoClass { as_daemon, best_effort, idle };
/// What becomes of a backup that has a warning.
enum class Reaction { publish, fail };

std::string_view name_of(Compression compression);
std::string_view name_of(Strategy strategy);
std::string_view name_of(VerifyDepth depth);

struct Archive {
    Compression compression = Compression::zstd;
    int level = 3;                       ///< zstd 1..19, gzip 1..9
    unsigned threads = 0;                ///< 0: one a core, at most 4
    std::uint64_t frame_size = 4u << 20; ///< bytes of input in one independent frame
};

struct Destination {
    std::string path; ///< absolute; default /var/backups/intact/NAME
    std::string name = "{job}-{time}";
    Strategy strategy = Strategy::automatic;
    std::string staging; ///< absolute; empty: the destination itself
    RequiredMount require_mount;
};

struct Verify {
    VerifyDepth after_run = VerifyDepth::archive;
};

/// By the kinds that the job's file names; of the others, a warning is published.
using Reactions = std::map<WarningKind, Reaction>;

/// What a backup should be; one that is not is published as suspicious.
struct Expectations {
    std::uint64_t min_size = 0;         ///< bytes of the stream
    std::optional<unsigned> max_shrink; ///< of the last good backup's stream, in percent
    std::uint64_t min_entries = 0;
};

struct Limits {
    std::optional<std::chrono::microseconds> timeout;
    std::optional<std::chrono::microseconds> stall_timeout;
    std::chrono::microseconds hooks{0}; ///< what the hooks of one run may take in all
    unsigned retries = 0;
    std::chrono::microseconds retry_delay = std::chrono::minutes(5);
};

/// Programs around a run, each an argv without a shell; empty: none.
struct Hooks {
    std::vector<std::string> before;
    std::vector<std::string> after;
    std::vector<std::string> on_failure;
    std::vector<std::string> on_success;
    std::chrono::microseconds timeout = std::chrono::minutes(5); ///< of each
    Variables environment;                                       ///< added to a clean one
};

/// What keeps a scheduled run from beginning when it does not hold.
struct Conditions {
    bool ac_power = false;
    std::vector<std::string> mount_points;
    std::uint64_t min_free_space = 0; ///< at the destination
};

/// How a run that the daemon begins stands back for others.
struct Priority {
    int nice = 0; ///< added to the daemon's own
    IoClass io_class = IoClass::as_daemon;
    int io_priority = 7; ///< of best_effort: 0 goes first
};

struct Schedule {
    std::vector<std::string> calendar;
    std::string timezone; ///< empty: the host's
    schedule::DstGap dst_gap = schedule::DstGap::run_after;
    std::chrono::microseconds random_delay{0};
    DelayKind delay_kind = DelayKind::stable;
    bool catch_up = true;
    std::chrono::microseconds catch_up_window = std::chrono::microseconds::max();
    /// After the time at which a run begins; none: worked out from its limits.
    std::optional<std::chrono::microseconds> success_within;
};

/// When it is due, in its own zone or the host's as it is now.
schedule::Timetable timetable_of(const Schedule &schedule);

struct Job {
    std::string name; ///< [a-z0-9][a-z0-9_-]{0,62}, the stem of its file
    std::string file; ///< where it was read from
    std::string description;
    bool enabled = true;
    std::optional<Schedule> schedule; ///< none: runs by hand only
    Source source;
    Archive archive;
    Destination destination;
    Verify verify;
    Reactions on_warning;
    Expectations expect;
    Limits limits;
    Conditions conditions;
    Hooks hooks;
    Priority priority;

    SourceType source_type() const {
        const auto *database = std::get_if<DatabaseSource>(&source);
        return database != nullptr ? database->type : static_cast<SourceType>(source.index());
    }
};

} // namespace intact::config
