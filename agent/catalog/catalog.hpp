// The ledger of runs and slots, in SQLite. The destination is the truth; this can be made again
// from it.
#pragma once

#include "base/error.hpp"
#include "catalog/job_facts.hpp"
#include "catalog/run_record.hpp"
#include "catalog/slot_record.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace intact::catalog {

/// One connection to `STATE/catalog.db` (mode 0600, WAL, synchronous=FULL, finite busy timeout).
/// Errors: catalog_failed, naming the file, SQLite's words and the extended code; also when the
/// schema is newer than this program. Thread: one.
class Catalog {
public:
    /// Makes the state directory and the database when missing.
    static Result<std::unique_ptr<Catalog>> open(const std::string &state_dir);
    /// Whether there is one: for those who only want to read.
    static Result<bool> exists(const std::string &state_dir);
    ~Catalog();

    /// A new row with outcome `running`, durable on return.
    Result<> begin(const RunRecord &record);
    /// The end of that run: one transaction with warnings, stage times and figures. Adds the row
    /// when there is none (a run that recovery finished, in a catalog made since).
    Result<> finish(const RunRecord &record);
    /// A run that was held back after it had a row is none: the row goes.
    Result<> forget(const std::string &run_id);
    /// Rows of `job` still `running` belong to processes that died (the caller holds the job's
    /// lock): they become `interrupted`. Returns their run ids.
    Result<std::vector<std::string>> settle(const std::string &job,
                                            const std::string &except_run_id);
    /// A run known only from its manifest; a row that is there already stays as it is.
    /// Returns whether a row was added.
    Result<bool> adopt(const RunRecord &record);

    /// Newest first. Empty job: all jobs. limit 0: no limit.
    Result<std::vector<RunRecord>> runs(const std::string &job, std::uint64_t limit) const;
    struct OpenRun {
        std::string job;
        std::string run_id;

        friend bool operator==(const OpenRun &, const OpenRun &) = default;
    };
    /// Of each job the newest run whose row is still `running`, or that a slot was begun with and
    /// that has no row yet: it is on, or died with its host.
    Result<std::vector<OpenRun>> open_runs() const;
    Result<std::optional<RunRecord>> run(const std::string &run_id) const;
    /// The newest run of `job` that published a backup; nothing: none did.
    Result<std::optional<RunRecord>> last_backup(const std::string &job) const;
    /// The same, of those that are not suspicious; one with other warnings is as good.
    Result<std::optional<RunRecord>> last_good_backup(const std::string &job) const;

    /// Adds the runs of `job` (empty: of all) that are over to its sums, each once, as what it is
    /// by now: the last thing that is done about a run.
    Result<> count_runs(const std::string &job);
    /// One of the job's backups was read back and is whole, or damaged.
    Result<> note_verification(const std::string &job, const std::string &archive, WallTime time,
                               bool is_whole);
    /// All of these looks, or none.
    Result<> note_destinations(const std::vector<DestinationLook> &looks);
    /// Of the jobs whose facts changed after that revision; 0: of all that have any.
    Result<FactsSince> facts(std::int64_t since) const;

    /// What the scheduler decided, in one transaction; durable on return.
    Result<> apply(const std::vector<LedgerChange> &changes);
    Result<Ledger> ledger() const;
    /// Newest first. Empty job: all jobs. limit 0: no limit.
    Result<std::vector<SlotRecord>> slots(const std::string &job, std::uint64_t limit) const;

    /// Moves a database that cannot be read aside, so that open() makes a new one: the first step
    /// of `intact catalog rebuild`. Returns its new path ("…/catalog.db.damaged-TIME"); empty when
    /// it was sound or missing.
    static Result<std::string> set_aside_if_damaged(const std::string &state_dir);

private:
    struct Impl;
    explicit Catalog(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace intact::catalog
