// A job's figures from the catalog's tables, and what others than runs put there. Knows neither
// files nor when to commit.
#pragma once

#include "catalog/job_facts.hpp"
#include "catalog/sqlite.hpp"

#include <string>

namespace intact::catalog {

/// Of every job that was touched after `since`; 0: of all. The caller holds a transaction.
Result<FactsSince> read_facts(Database &database, std::int64_t since);

/// What was damaged and is gone counts no longer. What the look could not tell (no strategy;
/// figures of a destination that cannot be reached) stays as it was.
Result<> write_destination(Database &database, const DestinationLook &look);

/// One of the job's backups was read back.
Result<> write_verification(Database &database, const std::string &job, const std::string &archive,
                            WallTime time, bool is_whole);

} // namespace intact::catalog
