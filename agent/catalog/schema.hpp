// The tables of the catalog and the numbers that tell which program made them. Knows no row.
#pragma once

#include "catalog/sqlite.hpp"

namespace intact::catalog {

/// Makes the tables in an empty file, or checks that they are those of this program.
/// Errors: catalog_failed when the file is another program's or a newer version's.
Result<> prepare_schema(Database &database);

/// Whether the file is a catalog at all, of any version.
Result<bool> is_catalog(Database &database);

} // namespace intact::catalog
