// The account of slots as rows of the catalog's tables, and back. Knows neither files nor when to
// commit.
#pragma once

#include "catalog/slot_record.hpp"
#include "catalog/sqlite.hpp"

#include <string>
#include <vector>

namespace intact::catalog {

/// The tables of this part, for a new catalog and for one that is older than they are.
extern const std::string_view kSlotTables;

/// The caller holds a transaction.
Result<> apply(Database &database, const LedgerChange &change);
Result<Ledger> read_ledger(Database &database);
/// Newest first. Empty job: all jobs.
Result<std::vector<SlotRecord>> read_slots(Database &database, const std::string &job,
                                           std::uint64_t limit);

} // namespace intact::catalog
