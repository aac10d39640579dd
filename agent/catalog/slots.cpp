#include "catalog/slots.hpp"

#include "catalog/rows.hpp"
#include "catalog/totals.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace intact::catalog {
namespace {

constexpr std::array<std::string_view, 4> kFates{"due", "run", "missed", "skipped"};
constexpr std::string_view kSlotColumns =
    "slots.job, first, last, count, fate, reason, slots.run_id, attempts, decided";

struct Applier {
    Database &database;

    Result<> operator()(const SlotRecord &slot) const {
        INTACT_TRY(count_slot(database, slot));
        INTACT_TRY_ASSIGN(
            Statement row,
            database.prepare("INSERT OR REPLACE INTO slots VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"));
        row.bind(slot.job).bind(to_nsec(slot.first)).bind(to_nsec(slot.last)).bind(slot.count);
        row.bind(name_of(slot.fate)).bind(slot.reason).bind(slot.run_id);
        return row.bind(std::uint64_t{slot.attempts}).bind(to_nsec(slot.decided)).run();
    }
    Result<> operator()(const JobSeen &seen) const {
        INTACT_TRY_ASSIGN(Statement row,
                          database.prepare("INSERT OR REPLACE INTO schedules VALUES (?, ?)"));
        INTACT_TRY(row.bind(seen.job).bind(to_nsec(seen.since)).run());
        return touch(database, seen.job);
    }
    Result<> operator()(const JobForgotten &forgotten) const {
        return remove("DELETE FROM schedules WHERE job = ?", forgotten.job);
    }
    Result<> operator()(const PauseBegun &pause) const {
        INTACT_TRY_ASSIGN(Statement row,
                          database.prepare("INSERT OR REPLACE INTO pauses VALUES (?, ?)"));
        return row.bind(pause.job)
            .bind(pause.until ? std::optional(to_nsec(*pause.until)) : std::nullopt)
            .run();
    }
    Result<> operator()(const PauseEnded &pause) const {
        return remove("DELETE FROM pauses WHERE job = ?", pause.job);
    }
    Result<> operator()(const RunRecord &run) const {
        INTACT_TRY(write_run(database, run, IfPresent::keep));
        return count_runs(database, run.job);
    }
    Result<> operator()(const ClockTurnedBack &turned) const {
        for (const std::string_view sql :
             {"DELETE FROM slots WHERE first > ?1", "UPDATE slots SET last = ?1 WHERE last > ?1",
              "UPDATE slots SET decided = ?1 WHERE decided > ?1",
              "UPDATE schedules SET since = ?1 WHERE since > ?1"}) {
            INTACT_TRY_ASSIGN(Statement statement, database.prepare(sql));
            INTACT_TRY(statement.bind(to_nsec(turned.to)).run());
        }
        return {};
    }

private:
    Result<> remove(std::string_view sql, const std::string &job) const {
        INTACT_TRY_ASSIGN(Statement statement, database.prepare(sql));
        return statement.bind(job).run();
    }
};

Result<SlotRecord> read_slot(const Database &database, const Statement &row) {
    const auto fate = slot_fate_named(row.bytes(4));
    if (!fate) {
        return fail(ErrorCode::catalog_failed,
                    fmt::format("catalog {}: a slot of job '{}' has the unknown fate '{}'",
                                os::quoted_path(database.path()), row.bytes(0), row.bytes(4)));
    }
    return SlotRecord{row.bytes(0),
                      from_nsec(row.integer(1)),
                      from_nsec(row.integer(2)),
                      row.count(3),
                      *fate,
                      row.bytes(5),
                      row.bytes(6),
                      static_cast<unsigned>(row.count(7)),
                      from_nsec(row.integer(8))};
}

Result<> read_accounts(Database &database, Ledger &ledger) {
    INTACT_TRY_ASSIGN(Statement row,
                      database.prepare("SELECT job, since, (SELECT max(last) FROM slots WHERE "
                                       "slots.job = schedules.job) FROM schedules"));
    return row.each([&] {
        const auto settled = row.optional_integer(2);
        ledger.jobs[row.bytes(0)] = {from_nsec(row.integer(1)),
                                     settled ? std::optional(from_nsec(*settled)) : std::nullopt,
                                     {}};
    });
}

Result<> read_open_slots(Database &database, Ledger &ledger) {
    INTACT_TRY_ASSIGN(
        Statement row,
        database.prepare(fmt::format("SELECT {}, outcome FROM slots LEFT JOIN runs ON "
                                     "runs.run_id = slots.run_id WHERE fate = 'due' ORDER BY first",
                                     kSlotColumns)));
    return row.each([&]() -> Result<> {
        INTACT_TRY_ASSIGN(SlotRecord slot, read_slot(database, row));
        const auto account = ledger.jobs.find(slot.job);
        if (account != ledger.jobs.end()) {
            account->second.open.push_back({std::move(slot), outcome_named(row.bytes(9))});
        }
        return {};
    });
}

Result<> read_pauses(Database &database, Ledger &ledger) {
    INTACT_TRY_ASSIGN(Statement row, database.prepare("SELECT job, until FROM pauses"));
    return row.each([&] {
        const auto until = row.optional_integer(1);
        ledger.pauses[row.bytes(0)] = until ? std::optional(from_nsec(*until)) : std::nullopt;
    });
}

// Not by when things were decided: that is by a clock that may have been wrong.
Result<> read_latest(Database &database, Ledger &ledger) {
    INTACT_TRY_ASSIGN(Statement row,
                      database.prepare("SELECT max(t) FROM (SELECT max(last) AS t FROM slots "
                                       "UNION ALL SELECT max(since) FROM schedules)"));
    INTACT_TRY_ASSIGN([[maybe_unused]] const bool has_row, row.step());
    if (const auto latest = row.optional_integer(0)) {
        ledger.latest = from_nsec(*latest);
    }
    return {};
}

} // namespace

const std::string_view kSlotTables = R"sql(
CREATE TABLE slots (
    job      TEXT NOT NULL,
    first    INTEGER NOT NULL,
    last     INTEGER NOT NULL,
    count    INTEGER NOT NULL,
    fate     TEXT NOT NULL,
    reason   TEXT NOT NULL,
    run_id   TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    decided  INTEGER NOT NULL,
    PRIMARY KEY (job, first)
) WITHOUT ROWID;
CREATE INDEX slots_to_last ON slots (job, last);
CREATE INDEX slots_by_time ON slots (last);
CREATE INDEX runs_on ON runs (job) WHERE outcome = 'running';
CREATE INDEX slots_open ON slots (job, first) WHERE fate = 'due';
CREATE TABLE schedules (
    job   TEXT PRIMARY KEY NOT NULL,
    since INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE pauses (
    job   TEXT PRIMARY KEY NOT NULL,
    until INTEGER
) WITHOUT ROWID;
)sql";

std::string_view name_of(SlotFate fate) {
    return kFates[static_cast<std::size_t>(fate)];
}

std::optional<SlotFate> slot_fate_named(std::string_view name) {
    const auto *const found = std::find(kFates.begin(), kFates.end(), name);
    return found == kFates.end() ? std::nullopt
                                 : std::optional(static_cast<SlotFate>(found - kFates.begin()));
}

Result<> apply(Database &database, const LedgerChange &change) {
    return std::visit(Applier{database}, change);
}

Result<Ledger> read_ledger(Database &database) {
    Ledger ledger;
    INTACT_TRY(read_accounts(database, ledger));
    INTACT_TRY(read_open_slots(database, ledger));
    INTACT_TRY(read_pauses(database, ledger));
    INTACT_TRY(read_latest(database, ledger));
    return ledger;
}

Result<std::vector<SlotRecord>> read_slots(Database &database, const std::string &job,
                                           std::uint64_t limit) {
    INTACT_TRY_ASSIGN(Statement row, database.prepare(fmt::format(
                                         "SELECT {} FROM slots {} ORDER BY first DESC, job LIMIT ?",
                                         kSlotColumns, job.empty() ? "" : "WHERE job = ?")));
    if (!job.empty()) {
        row.bind(job);
    }
    constexpr std::uint64_t kMost = 1u << 30;
    row.bind(limit == 0 ? kMost : std::min(limit, kMost));
    std::vector<SlotRecord> slots;
    INTACT_TRY(row.each([&]() -> Result<> {
        INTACT_TRY_ASSIGN(SlotRecord slot, read_slot(database, row));
        slots.push_back(std::move(slot));
        return {};
    }));
    return slots;
}

} // namespace intact::catalog
