// The catalog made again from what lies at the destinations. Knows manifests and rows, no job.
#pragma once

#include "base/error.hpp"
#include "catalog/catalog.hpp"
#include "destination/manifest.hpp"
#include "engine/context.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace intact::engine {

/// What a manifest tells of its run, as the catalog keeps it.
catalog::RunRecord record_of(const destination::Manifest &manifest, const std::string &destination);

struct RebuildReport {
    std::string set_aside;     ///< where the damaged catalog is now; empty: it was sound or missing
    std::uint64_t backups = 0; ///< manifests read
    std::uint64_t added = 0;   ///< of them, runs that the catalog did not know
    std::vector<Error> problems; ///< destinations and manifests that could not be read
};

/// Sets a damaged catalog aside and adds a row for each backup in `destinations` that has none.
/// Rows that are there stay: a catalog knows more of a run than its manifest does.
/// Errors: catalog_failed.
Result<RebuildReport> rebuild_catalog(const Context &context,
                                      const std::vector<std::string> &destinations);

} // namespace intact::engine
