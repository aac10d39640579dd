#include "catalog/schema.hpp"

#include "catalog/slots.hpp"
#include "catalog/totals.hpp"
#include "os/file.hpp"

#include <fmt/format.h>

namespace intact::catalog {
namespace {

constexpr std::int64_t kApplicationId = 0x496e7463; // "Intc"
constexpr std::int64_t kVersion = 4;

// Times are nanoseconds since 1970 (UTC). Paths and what a command said are bytes, hence BLOB; all
// else is UTF-8.
constexpr std::string_view kTables = R"sql(
CREATE TABLE runs (
    run_id            TEXT PRIMARY KEY NOT NULL,
    job               TEXT NOT NULL,
    host              TEXT NOT NULL,
    pid               INTEGER NOT NULL,
    started           INTEGER NOT NULL,
    finished          INTEGER,
    outcome           TEXT NOT NULL,
    failure_code      TEXT,
    failure_stage     TEXT,
    failure_message   TEXT,
    failure_hint      TEXT,
    failure_exit_code INTEGER,
    destination       TEXT NOT NULL,
    archive           TEXT NOT NULL,
    bytes_read        INTEGER NOT NULL,
    bytes_written     INTEGER NOT NULL,
    entries           INTEGER NOT NULL,
    sha256            TEXT NOT NULL,
    stream_sha256     TEXT NOT NULL,
    verified_depth    TEXT NOT NULL,
    verified_level    TEXT NOT NULL,
    warning_count     INTEGER NOT NULL,
    stderr_tail       BLOB NOT NULL,
    filesystem        TEXT NOT NULL DEFAULT '',
    mount_point       BLOB NOT NULL DEFAULT x''
);
CREATE INDEX runs_of_job ON runs (job, started);
CREATE TABLE warnings (
    run_id TEXT NOT NULL REFERENCES runs (run_id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    kind   TEXT NOT NULL,
    path   BLOB NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (run_id, number)
) WITHOUT ROWID;
CREATE TABLE stage_times (
    run_id TEXT NOT NULL REFERENCES runs (run_id) ON DELETE CASCADE,
    stage  TEXT NOT NULL,
    usec   INTEGER NOT NULL,
    PRIMARY KEY (run_id, stage)
) WITHOUT ROWID;
)sql";

// Format 1 did not tell what a backup lies on.
constexpr std::string_view kFromOneToTwo = R"sql(
ALTER TABLE runs ADD COLUMN filesystem  TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN mount_point BLOB NOT NULL DEFAULT x'';
)sql";

// Format 2 kept runs only, no slots; format 3 no sums.
Result<> bring_up(Database &database, std::int64_t version) {
    if (version < 2) {
        INTACT_TRY(database.execute(std::string(kFromOneToTwo)));
    }
    if (version < 3) {
        INTACT_TRY(database.execute(std::string(kSlotTables)));
    }
    INTACT_TRY(database.execute(std::string(kTotalsTables)));
    INTACT_TRY(count_all_slots(database));
    return count_runs(database, "");
}

struct Marks {
    std::int64_t application = 0;
    std::int64_t version = 0;
    std::int64_t tables = 0;

    bool is_empty() const { return application == 0 && version == 0 && tables == 0; }
    bool is_ours() const { return application == kApplicationId && version > 0; }
};

Result<Marks> read_marks(Database &database) {
    Marks marks;
    INTACT_TRY_ASSIGN(marks.application, database.number("PRAGMA application_id"));
    INTACT_TRY_ASSIGN(marks.version, database.number("PRAGMA user_version"));
    INTACT_TRY_ASSIGN(marks.tables, database.number("SELECT count(*) FROM sqlite_master"));
    return marks;
}

Result<> check(const Database &database, const Marks &marks) {
    if (!marks.is_ours()) {
        return fail(ErrorCode::catalog_failed,
                    fmt::format("catalog {}: this is a database of another program",
                                os::quoted_path(database.path())));
    }
    if (marks.version > kVersion) {
        return fail(Error(ErrorCode::catalog_failed,
                          fmt::format("catalog {}: its format is {}, this program knows up to {}",
                                      os::quoted_path(database.path()), marks.version, kVersion))
                        .with_hint("a newer intact wrote it: install that version again"));
    }
    return {};
}

// One snapshot: marks read while another process makes the tables are half of each state.
Result<Marks> read_marks_at_once(Database &database) {
    INTACT_TRY_ASSIGN(const Transaction transaction, Transaction::begin(database, Access::read));
    return read_marks(database);
}

} // namespace

Result<> prepare_schema(Database &database) {
    INTACT_TRY_ASSIGN(const Marks before, read_marks_at_once(database));
    if (!before.is_empty()) {
        INTACT_TRY(check(database, before));
        if (before.version == kVersion) {
            return {};
        }
    }
    INTACT_TRY_ASSIGN(Transaction transaction, Transaction::begin(database, Access::write));
    // Looked at again under the lock: another process may have made them since.
    INTACT_TRY_ASSIGN(const Marks marks, read_marks(database));
    if (marks.is_empty()) {
        INTACT_TRY(database.execute(std::string(kTables)));
        INTACT_TRY(database.execute(std::string(kSlotTables)));
        INTACT_TRY(database.execute(std::string(kTotalsTables)));
    } else {
        INTACT_TRY(check(database, marks));
        if (marks.version == kVersion) {
            return {};
        }
        INTACT_TRY(bring_up(database, marks.version));
    }
    INTACT_TRY(database.execute(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                                            kApplicationId, kVersion)));
    return transaction.commit();
}

Result<bool> is_catalog(Database &database) {
    INTACT_TRY_ASSIGN(const Marks marks, read_marks_at_once(database));
    return marks.is_empty() || marks.is_ours();
}

} // namespace intact::catalog
