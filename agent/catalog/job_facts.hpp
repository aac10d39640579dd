// What the catalog knows of a job as figures: its last run, its account since the catalog was made,
// and what lies at its destination. Knows no metric.
#pragma once

#include "base/clock.hpp"
#include "base/outcome.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace intact::catalog {

/// The last run that is over.
struct EndedRun {
    std::string run_id;
    Outcome outcome = Outcome::failure;
    std::string failure; ///< its code; empty: none
    WallTime started{};
    std::optional<WallTime> finished; ///< none: it was interrupted, and nobody saw it
    std::uint64_t bytes_read = 0;
    std::uint64_t bytes_written = 0;
    std::uint64_t entries = 0;
    std::uint64_t warnings = 0;
    std::map<std::string, std::int64_t> stage_usec; ///< by name_of(Stage)
};

/// Upper bounds of the classes that durations of runs are counted in; one more takes the rest.
inline constexpr std::array<std::int64_t, 9> kDurationBounds{60,   300,   900,   1800, 3600,
                                                             7200, 14400, 28800, 86400}; // seconds

/// Sums that only grow, also over restarts and when rows of old runs go. A catalog that is made
/// again begins with what the manifests tell.
struct JobTotals {
    using Counts = std::map<std::string, std::uint64_t>;
    Counts runs;                                                           ///< by name_of(Outcome)
    std::map<std::pair<std::string, std::string>, std::uint64_t> failures; ///< by stage and code
    Counts missed;                                                         ///< slots, by reason
    Counts skipped;                                                        ///< slots, by reason
    Counts verifications;                                                  ///< kWhole, kDamaged
    std::array<std::uint64_t, kDurationBounds.size() + 1> durations{}; ///< each class on its own
    std::uint64_t duration_usec = 0;                                   ///< of all of these
    std::uint64_t retries = 0;
    std::uint64_t bytes_read = 0;
    std::uint64_t bytes_written = 0;
};
inline constexpr std::string_view kWhole = "whole";
inline constexpr std::string_view kDamaged = "damaged";

/// As it was when somebody looked.
struct DestinationFacts {
    WallTime looked{};
    bool is_reachable = true;
    std::uint64_t free_bytes = 0; ///< for whoever is not root
    std::uint64_t size_bytes = 0;
    std::uint64_t backups = 0;
    std::uint64_t backup_bytes = 0; ///< of their archives
    std::uint64_t newest_bytes = 0;
    std::string filesystem; ///< as in the manifest; empty: not known
    std::string strategy;   ///< of the last run that came so far
    std::string variant;

    friend bool operator==(const DestinationFacts &, const DestinationFacts &) = default;
};

/// What somebody who looked at a job's destination saw there.
struct DestinationLook {
    std::string job;
    DestinationFacts facts;
    std::set<std::string> archives; ///< the job's, those that lie there
};

struct JobFacts {
    std::optional<EndedRun> last;
    std::optional<WallTime> last_success; ///< when the newest backup was finished
    bool is_suspicious = false;           ///< the newest backup is not what the job expects
    /// No slot up to then asks for a success: the job was scheduled anew, paused or disabled.
    std::optional<WallTime> excused;
    std::optional<WallTime> verified; ///< when one of its backups was last found whole
    std::uint64_t damaged = 0;        ///< backups found damaged, and neither whole nor gone since
    JobTotals totals;
    std::optional<DestinationFacts> destination;
};

/// Of all jobs that changed after `since`, see Catalog::facts().
struct FactsSince {
    std::int64_t revision = 0;
    std::map<std::string, JobFacts> jobs;
};

} // namespace intact::catalog
