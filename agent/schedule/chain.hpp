// One component of a calendar expression: the values it names. Knows no other component.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace intact::schedule {

/// "first", "first..last", "first/step" or "first..last/step".
struct Item {
    std::int64_t first = 0;
    std::optional<std::int64_t> last;
    std::int64_t step = 0; ///< 0: `first` alone; without `last`: on and on

    friend auto operator<=>(const Item &, const Item &) = default;
};

/// Sorted, without equal items; empty: every value.
using Chain = std::vector<Item>;

/// The least value named that is not below `from`, also beyond the unit's end; nothing: none.
std::optional<std::int64_t> next_in(const Chain &chain, std::int64_t from);

/// Sorts; a range of a single value is that value.
void normalize(Chain &chain);

} // namespace intact::schedule
