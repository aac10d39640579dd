#include "catalog/rows.hpp"

#include "os/file.hpp"

#include <fmt/format.h>

namespace intact::catalog {
namespace {

constexpr std::string_view kColumns =
    "run_id, job, host, pid, started, finished, outcome, failure_code, failure_stage, "
    "failure_message, failure_hint, failure_exit_code, destination, archive, bytes_read, "
    "bytes_written, entries, sha256, stream_sha256, verified_depth, verified_level, warning_count, "
    "stderr_tail, filesystem, mount_point";
constexpr std::string_view kParameters =
    "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?";
constexpr std::string_view kUpdate =
    "ON CONFLICT (run_id) DO UPDATE SET job = excluded.job, host = excluded.host, "
    "started = excluded.started, finished = excluded.finished, outcome = excluded.outcome, "
    "failure_code = excluded.failure_code, failure_stage = excluded.failure_stage, "
    "failure_message = excluded.failure_message, failure_hint = excluded.failure_hint, "
    "failure_exit_code = excluded.failure_exit_code, destination = excluded.destination, "
    "archive = excluded.archive, bytes_read = excluded.bytes_read, "
    "bytes_written = excluded.bytes_written, entries = excluded.entries, "
    "sha256 = excluded.sha256, stream_sha256 = excluded.stream_sha256, "
    "verified_depth = excluded.verified_depth, verified_level = excluded.verified_level, "
    "warning_count = excluded.warning_count, stderr_tail = excluded.stderr_tail, "
    "filesystem = excluded.filesystem, mount_point = excluded.mount_point";

std::string_view clause_of(IfPresent if_present) {
    switch (if_present) {
    case IfPresent::update:
        return kUpdate;
    case IfPresent::keep:
        return "ON CONFLICT (run_id) DO NOTHING";
    case IfPresent::fail:
        break;
    }
    return "";
}

void bind_run(Statement &statement, const RunRecord &record) {
    const std::optional<std::int64_t> finished =
        record.finished ? std::optional(to_nsec(*record.finished)) : std::nullopt;
    statement.bind(record.run_id).bind(record.job).bind(record.host).bind(record.pid);
    statement.bind(to_nsec(record.started)).bind(finished).bind(name_of(record.outcome));
    if (record.failure) {
        statement.bind(record.failure->code).bind(record.failure->stage);
        statement.bind(record.failure->message).bind(record.failure->hint);
        statement.bind(static_cast<std::int64_t>(record.failure->exit_code));
    } else {
        for (int column = 0; column < 5; ++column) {
            statement.bind(std::optional<std::int64_t>());
        }
    }
    statement.bind(record.destination).bind(record.archive);
    statement.bind(record.bytes_read).bind(record.bytes_written).bind(record.entries);
    statement.bind(record.sha256).bind(record.stream_sha256);
    statement.bind(record.verified_depth).bind(record.verified_level);
    statement.bind(record.warning_count).bind_bytes(record.stderr_tail);
    statement.bind(record.filesystem).bind_bytes(record.mount_point);
}

Result<> delete_details(Database &database, const std::string &run_id) {
    for (const std::string_view sql :
         {"DELETE FROM warnings WHERE run_id = ?", "DELETE FROM stage_times WHERE run_id = ?"}) {
        INTACT_TRY_ASSIGN(Statement statement, database.prepare(sql));
        INTACT_TRY(statement.bind(run_id).run());
    }
    return {};
}

Result<> write_details(Database &database, const RunRecord &record) {
    INTACT_TRY_ASSIGN(Statement warning,
                      database.prepare("INSERT INTO warnings VALUES (?, ?, ?, ?, ?)"));
    std::int64_t number = 0;
    for (const Warning &one : record.warnings) {
        warning.bind(record.run_id).bind(++number).bind(name_of(one.kind));
        INTACT_TRY(warning.bind_bytes(one.path).bind(one.detail).run());
    }
    INTACT_TRY_ASSIGN(Statement time, database.prepare("INSERT INTO stage_times VALUES (?, ?, ?)"));
    for (const auto &[stage, usec] : record.stage_usec) {
        INTACT_TRY(time.bind(record.run_id).bind(stage).bind(usec).run());
    }
    return {};
}

tl::unexpected<Error> unknown_word(const Database &database, const std::string &run_id,
                                   std::string_view what, const std::string &word) {
    return fail(ErrorCode::catalog_failed,
                fmt::format("catalog {}: run {} has the unknown {} '{}'",
                            os::quoted_path(database.path()), run_id, what, word));
}

Result<RunRecord> read_row(const Database &database, const Statement &row) {
    RunRecord record;
    record.run_id = row.bytes(0);
    record.job = row.bytes(1);
    record.host = row.bytes(2);
    record.pid = row.integer(3);
    record.started = from_nsec(row.integer(4));
    if (const auto finished = row.optional_integer(5)) {
        record.finished = from_nsec(*finished);
    }
    const std::string outcome_word = row.bytes(6);
    const auto outcome = outcome_named(outcome_word);
    if (!outcome) {
        return unknown_word(database, record.run_id, "outcome", outcome_word);
    }
    record.outcome = *outcome;
    if (const auto exit_code = row.optional_integer(11)) {
        record.failure = RunFailure{row.bytes(7), row.bytes(8), row.bytes(9), row.bytes(10),
                                    static_cast<int>(*exit_code)};
    }
    record.destination = row.bytes(12);
    record.archive = row.bytes(13);
    record.bytes_read = row.count(14);
    record.bytes_written = row.count(15);
    record.entries = row.count(16);
    record.sha256 = row.bytes(17);
    record.stream_sha256 = row.bytes(18);
    record.verified_depth = row.bytes(19);
    record.verified_level = row.bytes(20);
    record.warning_count = row.count(21);
    record.stderr_tail = row.bytes(22);
    record.filesystem = row.bytes(23);
    record.mount_point = row.bytes(24);
    return record;
}

Result<> read_details(Database &database, RunRecord &record) {
    INTACT_TRY_ASSIGN(Statement warning,
                      database.prepare("SELECT kind, path, detail FROM warnings WHERE run_id = ? "
                                       "ORDER BY number"));
    warning.bind(record.run_id);
    INTACT_TRY(warning.each([&]() -> Result<> {
        const std::string word = warning.bytes(0);
        const auto kind = warning_kind_named(word);
        if (!kind) {
            return unknown_word(database, record.run_id, "kind of warning", word);
        }
        record.warnings.push_back({*kind, warning.bytes(1), warning.bytes(2)});
        return {};
    }));
    INTACT_TRY_ASSIGN(Statement time,
                      database.prepare("SELECT stage, usec FROM stage_times WHERE run_id = ?"));
    time.bind(record.run_id);
    return time.each([&] { record.stage_usec.emplace(time.bytes(0), time.integer(1)); });
}

} // namespace

Result<bool> write_run(Database &database, const RunRecord &record, IfPresent if_present) {
    INTACT_TRY_ASSIGN(Statement statement,
                      database.prepare(fmt::format("INSERT INTO runs ({}) VALUES ({}) {}", kColumns,
                                                   kParameters, clause_of(if_present))));
    bind_run(statement, record);
    INTACT_TRY(statement.run());
    if (database.changes() == 0) {
        return false;
    }
    INTACT_TRY(delete_details(database, record.run_id));
    INTACT_TRY(write_details(database, record));
    return true;
}

Result<std::vector<RunRecord>> read_runs(Database &database, const Selection &selection) {
    INTACT_TRY_ASSIGN(
        Statement statement,
        database.prepare(fmt::format("SELECT {} FROM runs {}", kColumns, selection.clause)));
    for (const std::string &text : selection.texts) {
        statement.bind(text);
    }
    if (selection.limit) {
        statement.bind(*selection.limit);
    }
    std::vector<RunRecord> records;
    INTACT_TRY(statement.each([&]() -> Result<> {
        INTACT_TRY_ASSIGN(RunRecord record, read_row(database, statement));
        records.push_back(std::move(record));
        return {};
    }));
    for (RunRecord &record : records) {
        INTACT_TRY(read_details(database, record));
    }
    return records;
}

} // namespace intact::catalog
