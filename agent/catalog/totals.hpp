// The tables of sums that only grow, and how runs and slots get into them. Knows neither files nor
// when to commit.
#pragma once

#include "catalog/job_facts.hpp"
#include "catalog/slot_record.hpp"
#include "catalog/sqlite.hpp"

#include <string>

namespace intact::catalog {

/// The tables of this part, for a new catalog and for one that is older than they are.
extern const std::string_view kTotalsTables;

/// The job's facts are others now: each change has a revision of its own.
Result<> touch(Database &database, const std::string &job);

/// Adds up the runs of `job` (empty: of all) that are over and were not counted; each counts once,
/// as what it was then. The caller holds a transaction.
Result<> count_runs(Database &database, const std::string &job);
/// Before the slot's row is written: what it adds to the row that is there.
Result<> count_slot(Database &database, const SlotRecord &slot);
/// All slots there are: for a catalog that is older than its sums.
Result<> count_all_slots(Database &database);
/// One verification, by kWhole or kDamaged.
Result<> count_verification(Database &database, const std::string &job, std::string_view result);

/// All sums of one job, and one of these rows in its place.
inline constexpr std::string_view kSelectTotals =
    "SELECT what, first, second, value FROM totals WHERE job = ?";
void take_total(const Statement &row, JobTotals &totals);

} // namespace intact::catalog
