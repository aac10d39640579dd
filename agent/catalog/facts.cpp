#include "catalog/facts.hpp"

#include "catalog/totals.hpp"

#include <vector>

namespace intact::catalog {
namespace {

/// The questions for one job, each prepared once for all.
class Reader {
public:
    static Result<Reader> make(Database &database) {
        INTACT_TRY_ASSIGN(Statement last,
                          database.prepare("SELECT run_id, outcome, started, finished, bytes_read, "
                                           "bytes_written, entries, warning_count, "
                                           "coalesce(failure_code, '') FROM runs WHERE "
                                           "job = ? AND outcome <> 'running' "
                                           "ORDER BY started DESC, run_id DESC LIMIT 1"));
        INTACT_TRY_ASSIGN(Statement stages,
                          database.prepare("SELECT stage, usec FROM stage_times WHERE run_id = ?"));
        INTACT_TRY_ASSIGN(Statement success,
                          database.prepare("SELECT finished FROM runs WHERE job = ? AND "
                                           "archive <> '' AND finished IS NOT NULL "
                                           "ORDER BY started DESC LIMIT 1"));
        INTACT_TRY_ASSIGN(Statement suspicious,
                          database.prepare("SELECT count(*) FROM warnings WHERE kind = "
                                           "'suspicious' AND run_id = (SELECT run_id FROM runs "
                                           "WHERE job = ? AND archive <> '' "
                                           "ORDER BY started DESC, run_id DESC LIMIT 1)"));
        INTACT_TRY_ASSIGN(
            Statement excused,
            database.prepare("SELECT max(t) FROM (SELECT since AS t FROM schedules WHERE job = ?1 "
                             "UNION ALL SELECT max(last) FROM slots WHERE job = ?1 AND "
                             "fate = 'skipped' AND reason IN ('paused', 'disabled'))"));
        INTACT_TRY_ASSIGN(Statement verified,
                          database.prepare("SELECT verified FROM verifications WHERE job = ?"));
        INTACT_TRY_ASSIGN(Statement damaged,
                          database.prepare("SELECT count(*) FROM damaged WHERE job = ?"));
        INTACT_TRY_ASSIGN(Statement totals, database.prepare(kSelectTotals));
        INTACT_TRY_ASSIGN(
            Statement destination,
            database.prepare("SELECT looked, is_reachable, free_bytes, size_bytes, backups, "
                             "backup_bytes, newest_bytes, filesystem, strategy, variant "
                             "FROM destinations WHERE job = ?"));
        return Reader(std::move(last), std::move(stages), std::move(success), std::move(suspicious),
                      std::move(excused), std::move(verified), std::move(damaged),
                      std::move(totals), std::move(destination));
    }

    Result<JobFacts> read(const std::string &job) {
        JobFacts facts;
        INTACT_TRY(read_last_run(job, facts));
        INTACT_TRY_ASSIGN(facts.last_success, time_of(success_, job));
        INTACT_TRY(
            suspicious_.bind(job).each([&] { facts.is_suspicious = suspicious_.count(0) > 0; }));
        INTACT_TRY_ASSIGN(facts.excused, time_of(excused_, job));
        INTACT_TRY_ASSIGN(facts.verified, time_of(verified_, job));
        INTACT_TRY(damaged_.bind(job).each([&] { facts.damaged = damaged_.count(0); }));
        INTACT_TRY(totals_.bind(job).each([&] { take_total(totals_, facts.totals); }));
        INTACT_TRY(destination_.bind(job).each([&] { facts.destination = destination_of_row(); }));
        return facts;
    }

private:
    Reader(Statement last, Statement stages, Statement success, Statement suspicious,
           Statement excused, Statement verified, Statement damaged, Statement totals,
           Statement destination)
        : last_(std::move(last)), stages_(std::move(stages)), success_(std::move(success)),
          suspicious_(std::move(suspicious)), excused_(std::move(excused)),
          verified_(std::move(verified)), damaged_(std::move(damaged)), totals_(std::move(totals)),
          destination_(std::move(destination)) {}

    static Result<std::optional<WallTime>> time_of(Statement &statement, const std::string &job) {
        std::optional<WallTime> time;
        INTACT_TRY(statement.bind(job).each([&] {
            if (const auto nsec = statement.optional_integer(0)) {
                time = from_nsec(*nsec);
            }
        }));
        return time;
    }

    Result<> read_last_run(const std::string &job, JobFacts &facts) {
        INTACT_TRY(last_.bind(job).each([&] {
            EndedRun run;
            run.run_id = last_.bytes(0);
            run.outcome = outcome_named(last_.bytes(1)).value_or(Outcome::failure);
            run.started = from_nsec(last_.integer(2));
            if (const auto finished = last_.optional_integer(3)) {
                run.finished = from_nsec(*finished);
            }
            run.bytes_read = last_.count(4);
            run.bytes_written = last_.count(5);
            run.entries = last_.count(6);
            run.warnings = last_.count(7);
            run.failure = last_.bytes(8);
            facts.last = std::move(run);
        }));
        if (!facts.last) {
            return {};
        }
        return stages_.bind(facts.last->run_id).each([&] {
            facts.last->stage_usec.emplace(stages_.bytes(0), stages_.integer(1));
        });
    }

    DestinationFacts destination_of_row() const {
        return {from_nsec(destination_.integer(0)),
                destination_.integer(1) != 0,
                destination_.count(2),
                destination_.count(3),
                destination_.count(4),
                destination_.count(5),
                destination_.count(6),
                destination_.bytes(7),
                destination_.bytes(8),
                destination_.bytes(9)};
    }

    Statement last_;
    Statement stages_;
    Statement success_;
    Statement suspicious_;
    Statement excused_;
    Statement verified_;
    Statement damaged_;
    Statement totals_;
    Statement destination_;
};

Result<std::vector<std::string>> archives_damaged(Database &database, const std::string &job) {
    INTACT_TRY_ASSIGN(Statement row, database.prepare("SELECT archive FROM damaged WHERE job = ?"));
    std::vector<std::string> archives;
    INTACT_TRY(row.bind(job).each([&] { archives.push_back(row.bytes(0)); }));
    return archives;
}

Result<> forget_damaged(Database &database, const std::string &job, const std::string &archive) {
    INTACT_TRY_ASSIGN(Statement row,
                      database.prepare("DELETE FROM damaged WHERE job = ? AND archive = ?"));
    return row.bind(job).bind(archive).run();
}

} // namespace

Result<FactsSince> read_facts(Database &database, std::int64_t since) {
    INTACT_TRY_ASSIGN(Reader reader, Reader::make(database));
    INTACT_TRY_ASSIGN(Statement touched,
                      database.prepare("SELECT job, revision FROM touched WHERE revision > ? "
                                       "ORDER BY revision"));
    FactsSince facts;
    facts.revision = since;
    INTACT_TRY(touched.bind(since).each([&]() -> Result<> {
        INTACT_TRY_ASSIGN(facts.jobs[touched.bytes(0)], reader.read(touched.bytes(0)));
        facts.revision = touched.integer(1);
        return {};
    }));
    return facts;
}

Result<> write_destination(Database &database, const DestinationLook &look) {
    const auto &[job, facts, archives] = look;
    if (!facts.is_reachable) {
        INTACT_TRY_ASSIGN(Statement row,
                          database.prepare("INSERT INTO destinations VALUES "
                                           "(?, ?, 0, 0, 0, 0, 0, 0, '', '', '') "
                                           "ON CONFLICT (job) DO UPDATE SET "
                                           "looked = excluded.looked, is_reachable = 0"));
        INTACT_TRY(row.bind(job).bind(to_nsec(facts.looked)).run());
        return touch(database, job);
    }
    INTACT_TRY_ASSIGN(
        Statement row,
        database.prepare("INSERT INTO destinations VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?) "
                         "ON CONFLICT (job) DO UPDATE SET looked = excluded.looked, "
                         "is_reachable = 1, free_bytes = excluded.free_bytes, "
                         "size_bytes = excluded.size_bytes, backups = excluded.backups, "
                         "backup_bytes = excluded.backup_bytes, "
                         "newest_bytes = excluded.newest_bytes, filesystem = excluded.filesystem, "
                         "strategy = iif(excluded.strategy = '', strategy, excluded.strategy), "
                         "variant = iif(excluded.variant = '', variant, excluded.variant)"));
    row.bind(job).bind(to_nsec(facts.looked)).bind(facts.free_bytes).bind(facts.size_bytes);
    row.bind(facts.backups).bind(facts.backup_bytes).bind(facts.newest_bytes);
    INTACT_TRY(row.bind(facts.filesystem).bind(facts.strategy).bind(facts.variant).run());
    INTACT_TRY_ASSIGN(const auto damaged, archives_damaged(database, job));
    for (const std::string &archive : damaged) {
        if (!archives.contains(archive)) {
            INTACT_TRY(forget_damaged(database, job, archive));
        }
    }
    return touch(database, job);
}

Result<> write_verification(Database &database, const std::string &job, const std::string &archive,
                            WallTime time, bool is_whole) {
    INTACT_TRY(count_verification(database, job, is_whole ? kWhole : kDamaged));
    if (is_whole) {
        INTACT_TRY_ASSIGN(
            Statement row,
            database.prepare("INSERT INTO verifications VALUES (?, ?) ON CONFLICT (job) "
                             "DO UPDATE SET verified = max(verified, excluded.verified)"));
        INTACT_TRY(row.bind(job).bind(to_nsec(time)).run());
        INTACT_TRY(forget_damaged(database, job, archive));
    } else {
        INTACT_TRY_ASSIGN(Statement row,
                          database.prepare("INSERT OR REPLACE INTO damaged VALUES (?, ?, ?)"));
        INTACT_TRY(row.bind(job).bind(archive).bind(to_nsec(time)).run());
    }
    return touch(database, job);
}

} // namespace intact::catalog
