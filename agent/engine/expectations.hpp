// Whether a new backup is what its job expects, by itself and beside the last good one. Knows
// figures only.
#pragma once

#include "base/warning.hpp"
#include "catalog/run_record.hpp"
#include "config/job.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace intact::engine {

/// Of a stream that has ended.
struct StreamFigures {
    std::uint64_t bytes = 0;
    std::optional<std::uint64_t> entries; ///< none: its format has none
};

/// A warning `suspicious` for each expectation that is not met. `last_good`: the newest backup of
/// the job that was not suspicious itself; none: there is nothing to compare with.
std::vector<Warning> unmet_expectations(const config::Expectations &expect,
                                        const StreamFigures &figures,
                                        const std::optional<catalog::RunRecord> &last_good);

} // namespace intact::engine
