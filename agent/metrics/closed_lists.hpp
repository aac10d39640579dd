// The words that labels may have, so that each series is there before its first event: a counter
// that is born at 1 has no increase.
#pragma once

#include "catalog/job_facts.hpp"

#include <array>
#include <string_view>

namespace intact::metrics {

/// name_of(Outcome) of a run that is over.
inline constexpr std::array<std::string_view, 5> kResults{"success", "warning", "failure",
                                                          "cancelled", "interrupted"};

/// name_of(Stage) of those that take time; claim, hook and record are not told apart from the
/// whole.
inline constexpr std::array<std::string_view, 6> kTimedStages{"source", "compress", "write",
                                                              "sync",   "verify",   "publish"};

/// Why nobody began a run, as the scheduler says.
inline constexpr std::array<std::string_view, 6> kMissedReasons{
    "off", "interrupted", "late", "suspended", "clock_set", "clock_held"};

/// Why a run was left out, as the scheduler, conditions and hooks say.
inline constexpr std::array<std::string_view, 8> kSkippedReasons{
    "overlap",        "paused",     "disabled", "removed", "ac_power", "path_is_mount_point",
    "min_free_space", "before_hook"};

inline constexpr std::array<std::string_view, 2> kVerificationResults{catalog::kWhole,
                                                                      catalog::kDamaged};

/// name_of(Stage) and name_of(ErrorCode).
struct FailureKind {
    std::string_view stage;
    std::string_view reason;
    friend bool operator==(const FailureKind &, const FailureKind &) = default;
};

/// What fails in practice. Of the other pairs, which are hundreds, a series appears when its
/// failure does; intact_job_runs_total counts those, too.
inline constexpr std::array<FailureKind, 24> kUsualFailures{{
    {"claim", "locked"},
    {"claim", "wrong_mount"},
    {"claim", "not_found"},
    {"claim", "permission_denied"},
    {"hook", "hook_failed"},
    {"source", "source_unreadable"},
    {"source", "source_failed"},
    {"source", "source_incomplete"},
    {"source", "partial"},
    {"source", "credential_failed"},
    {"source", "program_missing"},
    {"source", "timed_out"},
    {"write", "no_space"},
    {"write", "io"},
    {"sync", "no_space"},
    {"sync", "io"},
    {"verify", "verify_mismatch"},
    {"verify", "archive_damaged"},
    {"verify", "io"},
    {"publish", "no_space"},
    {"publish", "read_only"},
    {"publish", "wrong_mount"},
    {"publish", "io"},
    {"record", "catalog_failed"},
}};

} // namespace intact::metrics
