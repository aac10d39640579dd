#include "catalog/totals.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

namespace intact::catalog {
namespace {

// What a row of `totals` counts; `first` and `second` say of what kind.
constexpr std::string_view kRuns = "runs";
constexpr std::string_view kFailures = "failures";
constexpr std::string_view kMissed = "missed";
constexpr std::string_view kSkipped = "skipped";
constexpr std::string_view kVerifications = "verifications";
constexpr std::string_view kDurations = "durations";
constexpr std::string_view kDurationUsec = "duration_usec";
constexpr std::string_view kRetries = "retries";
constexpr std::string_view kBytesRead = "bytes_read";
constexpr std::string_view kBytesWritten = "bytes_written";

constexpr std::string_view kAdd =
    "ON CONFLICT (job, what, first, second) DO UPDATE SET value = value + excluded.value";
constexpr std::string_view kUncounted = "counted = 0 AND outcome <> 'running'";

Result<> add(Database &database, const std::string &job, std::string_view what,
             std::string_view first, std::uint64_t value) {
    if (value == 0) {
        return {};
    }
    INTACT_TRY_ASSIGN(Statement row, database.prepare(fmt::format(
                                         "INSERT INTO totals VALUES (?, ?, ?, '', ?) {}", kAdd)));
    return row.bind(job).bind(what).bind(first).bind(value).run();
}

// The class of a run's duration, by its number.
std::string duration_class() {
    std::string sql = "CASE";
    for (std::size_t i = 0; i < kDurationBounds.size(); ++i) {
        sql +=
            fmt::format(" WHEN finished - started <= {}000000000 THEN '{}'", kDurationBounds[i], i);
    }
    return sql + fmt::format(" ELSE '{}' END", kDurationBounds.size());
}

struct Sum {
    std::string_view what;
    std::string first;
    std::string second;
    std::string value;
    std::string where; ///< beside kUncounted
};

std::vector<Sum> sums_of_runs() {
    constexpr std::string_view kNone = "''";
    const std::string none(kNone);
    return {
        {kRuns, "outcome", none, "count(*)", "1"},
        {kFailures, "coalesce(failure_stage, '')", "failure_code", "count(*)",
         "outcome = 'failure' AND failure_code IS NOT NULL"},
        {kVerifications, fmt::format("'{}'", kWhole), none, "count(*)", "verified_depth <> ''"},
        {kVerifications, fmt::format("'{}'", kDamaged), none, "count(*)",
         "outcome = 'failure' AND failure_code IN ('verify_mismatch', 'archive_damaged')"},
        {kDurations, duration_class(), none, "count(*)", "finished IS NOT NULL"},
        {kDurationUsec, none, none, "sum(max(finished - started, 0) / 1000)",
         "finished IS NOT NULL"},
        {kBytesRead, none, none, "sum(bytes_read)", "1"},
        {kBytesWritten, none, none, "sum(bytes_written)", "1"},
    };
}

/// What a slot has added to the sums so far.
struct Share {
    std::string_view what; ///< empty: nothing
    std::string reason;
    std::uint64_t slots = 0;
    std::uint64_t retries = 0;
};

Share share_of(SlotFate fate, std::string reason, std::uint64_t count, std::uint64_t attempts) {
    Share share;
    share.retries = attempts > 1 ? attempts - 1 : 0;
    if (fate == SlotFate::missed || fate == SlotFate::skipped) {
        share.what = fate == SlotFate::missed ? kMissed : kSkipped;
        share.reason = std::move(reason);
        share.slots = std::max<std::uint64_t>(count, 1); // 0: more than anybody counted
    }
    return share;
}

Result<Share> share_of_row(Database &database, const SlotRecord &slot) {
    INTACT_TRY_ASSIGN(Statement row,
                      database.prepare("SELECT fate, reason, count, attempts FROM slots "
                                       "WHERE job = ? AND first = ?"));
    row.bind(slot.job).bind(to_nsec(slot.first));
    INTACT_TRY_ASSIGN(const bool has_row, row.step());
    if (!has_row) {
        return Share{};
    }
    return share_of(slot_fate_named(row.bytes(0)).value_or(SlotFate::due), row.bytes(1),
                    row.count(2), row.count(3));
}

std::uint64_t growth(std::uint64_t before, std::uint64_t after) {
    return after > before ? after - before : 0;
}

// A run that read its backup back says so of its job, and of the archive whose name it took.
Result<> note_verified_by_runs(Database &database, const std::string &which,
                               const std::string &job) {
    const std::string whole =
        fmt::format("{} AND {} AND verified_depth <> '' AND archive <> ''", kUncounted, which);
    INTACT_TRY_ASSIGN(
        Statement verified,
        database.prepare(fmt::format(
            "INSERT INTO verifications SELECT job, max(finished) FROM runs WHERE {} AND finished "
            "IS NOT NULL GROUP BY job "
            "ON CONFLICT (job) DO UPDATE SET verified = max(verified, excluded.verified)",
            whole)));
    INTACT_TRY(verified.bind(job).run());
    INTACT_TRY_ASSIGN(Statement mended,
                      database.prepare(fmt::format("DELETE FROM damaged WHERE (job, archive) IN "
                                                   "(SELECT job, archive FROM runs WHERE {})",
                                                   whole)));
    return mended.bind(job).run();
}

} // namespace

const std::string_view kTotalsTables = R"sql(
ALTER TABLE runs ADD COLUMN counted INTEGER NOT NULL DEFAULT 0;
CREATE INDEX runs_uncounted ON runs (job) WHERE counted = 0;
CREATE TABLE totals (
    job    TEXT NOT NULL,
    what   TEXT NOT NULL,
    first  TEXT NOT NULL,
    second TEXT NOT NULL,
    value  INTEGER NOT NULL,
    PRIMARY KEY (job, what, first, second)
) WITHOUT ROWID;
CREATE TABLE verifications (
    job      TEXT PRIMARY KEY NOT NULL,
    verified INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE damaged (
    job     TEXT NOT NULL,
    archive TEXT NOT NULL,
    found   INTEGER NOT NULL,
    PRIMARY KEY (job, archive)
) WITHOUT ROWID;
CREATE TABLE destinations (
    job          TEXT PRIMARY KEY NOT NULL,
    looked       INTEGER NOT NULL,
    is_reachable INTEGER NOT NULL,
    free_bytes   INTEGER NOT NULL,
    size_bytes   INTEGER NOT NULL,
    backups      INTEGER NOT NULL,
    backup_bytes INTEGER NOT NULL,
    newest_bytes INTEGER NOT NULL,
    filesystem   TEXT NOT NULL,
    strategy     TEXT NOT NULL,
    variant      TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE touched (
    job      TEXT PRIMARY KEY NOT NULL,
    revision INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX touched_in_order ON touched (revision);
CREATE INDEX slots_excused ON slots (job, last)
    WHERE fate = 'skipped' AND reason IN ('paused', 'disabled');
)sql";

Result<> touch(Database &database, const std::string &job) {
    INTACT_TRY_ASSIGN(
        Statement row,
        database.prepare("INSERT INTO touched VALUES (?, (SELECT coalesce(max(revision), 0) + 1 "
                         "FROM touched)) ON CONFLICT (job) DO UPDATE SET revision = "
                         "excluded.revision"));
    return row.bind(job).run();
}

namespace {

/// Of a statement that selects jobs; its rows are read before the first is touched.
Result<> touch_each(Database &database, Statement &jobs) {
    std::vector<std::string> names;
    INTACT_TRY(jobs.each([&] { names.push_back(jobs.bytes(0)); }));
    for (const std::string &name : names) {
        INTACT_TRY(touch(database, name));
    }
    return {};
}

} // namespace

Result<> count_runs(Database &database, const std::string &job) {
    const std::string which = job.empty() ? "?1 = ''" : "job = ?1";
    for (const Sum &sum : sums_of_runs()) {
        INTACT_TRY_ASSIGN(
            Statement row,
            database.prepare(fmt::format(
                "INSERT INTO totals SELECT job, '{}', {}, {}, {} FROM runs "
                "WHERE {} AND {} AND {} GROUP BY 1, 3, 4 {}",
                sum.what, sum.first, sum.second, sum.value, kUncounted, which, sum.where, kAdd)));
        INTACT_TRY(row.bind(job).run());
    }
    INTACT_TRY(note_verified_by_runs(database, which, job));
    INTACT_TRY_ASSIGN(Statement jobs,
                      database.prepare(fmt::format("SELECT DISTINCT job FROM runs WHERE {} AND {}",
                                                   kUncounted, which)));
    INTACT_TRY(touch_each(database, jobs.bind(job)));
    INTACT_TRY_ASSIGN(Statement done,
                      database.prepare(fmt::format("UPDATE runs SET counted = 1 WHERE {} AND {}",
                                                   kUncounted, which)));
    return done.bind(job).run();
}

Result<> count_slot(Database &database, const SlotRecord &slot) {
    INTACT_TRY_ASSIGN(const Share before, share_of_row(database, slot));
    const Share after = share_of(slot.fate, slot.reason, slot.count, slot.attempts);
    const bool is_same = before.what == after.what && before.reason == after.reason;
    const std::uint64_t slots = is_same ? growth(before.slots, after.slots) : after.slots;
    const std::uint64_t retries = growth(before.retries, after.retries);
    if (slots == 0 && retries == 0) {
        return {};
    }
    INTACT_TRY(add(database, slot.job, after.what, after.reason, slots));
    INTACT_TRY(add(database, slot.job, kRetries, "", retries));
    return touch(database, slot.job);
}

Result<> count_all_slots(Database &database) {
    INTACT_TRY(database.execute(fmt::format(
        "INSERT INTO totals SELECT job, fate, reason, '', sum(max(count, 1)) FROM slots WHERE "
        "fate IN ('{}', '{}') GROUP BY job, fate, reason;"
        "INSERT INTO totals SELECT job, '{}', '', '', sum(attempts - 1) FROM slots WHERE "
        "attempts > 1 GROUP BY job;",
        kMissed, kSkipped, kRetries)));
    INTACT_TRY_ASSIGN(Statement jobs, database.prepare("SELECT job FROM slots UNION "
                                                       "SELECT job FROM schedules"));
    return touch_each(database, jobs);
}

Result<> count_verification(Database &database, const std::string &job, std::string_view result) {
    return add(database, job, kVerifications, result, 1);
}

void take_total(const Statement &row, JobTotals &totals) {
    const std::string what = row.bytes(0);
    const std::string first = row.bytes(1);
    const std::uint64_t value = row.count(3);
    if (what == kRuns) {
        totals.runs[first] = value;
    } else if (what == kFailures) {
        totals.failures[{first, row.bytes(2)}] = value;
    } else if (what == kMissed) {
        totals.missed[first] = value;
    } else if (what == kSkipped) {
        totals.skipped[first] = value;
    } else if (what == kVerifications) {
        totals.verifications[first] = value;
    } else if (what == kDurations && first.size() == 1 && first[0] >= '0' &&
               static_cast<std::size_t>(first[0] - '0') < totals.durations.size()) {
        totals.durations[static_cast<std::size_t>(first[0] - '0')] = value;
    } else if (what == kDurationUsec) {
        totals.duration_usec = value;
    } else if (what == kRetries) {
        totals.retries = value;
    } else if (what == kBytesRead) {
        totals.bytes_read = value;
    } else if (what == kBytesWritten) {
        totals.bytes_written = value;
    }
}

} // namespace intact::catalog
