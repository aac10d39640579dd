// A run as rows of the catalog's tables, and back. Knows neither files nor when to commit.
#pragma once

#include "catalog/run_record.hpp"
#include "catalog/sqlite.hpp"

#include <string>
#include <vector>

namespace intact::catalog {

/// What happens when the run has a row already.
enum class IfPresent { fail, update, keep };

/// Writes the run's row with its warnings and stage times; returns whether anything was written.
/// An update leaves the process id as it is. The caller holds a transaction.
Result<bool> write_run(Database &database, const RunRecord &record, IfPresent if_present);

/// Which rows, and in what order: the end of a SELECT, with its parameters.
struct Selection {
    std::string clause; ///< "WHERE job = ? LIMIT ?"
    std::vector<std::string> texts;
    std::optional<std::int64_t> limit;
};
Result<std::vector<RunRecord>> read_runs(Database &database, const Selection &selection);

} // namespace intact::catalog
