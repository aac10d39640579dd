#include "schedule/chain.hpp"

#include <algorithm>
#include <limits>

namespace intact::schedule {
namespace {

/// Of first, first + step, ... up to `last`, the least that is not below `from`.
std::optional<std::int64_t> next_of(std::int64_t first, std::int64_t step, std::int64_t last,
                                    std::int64_t from) {
    std::int64_t value = first;
    if (value < from && step > 0) {
        value += (from - value + step - 1) / step * step;
    }
    return value < from || value > last ? std::nullopt : std::optional(value);
}

std::optional<std::int64_t> lesser(std::optional<std::int64_t> one,
                                   std::optional<std::int64_t> other) {
    return !one ? other : !other ? one : std::min(*one, *other);
}

constexpr std::int64_t kNoEnd = std::numeric_limits<std::int64_t>::max();

} // namespace

std::optional<std::int64_t> next_in(const Chain &chain, std::int64_t from) {
    if (chain.empty()) {
        return from;
    }
    std::optional<std::int64_t> best;
    for (const Item &item : chain) {
        best = lesser(best, next_of(item.first, item.step, item.last.value_or(kNoEnd), from));
    }
    return best;
}

void normalize(Chain &chain) {
    for (Item &item : chain) {
        if (item.last == item.first) {
            item.last.reset();
            item.step = 0;
        }
    }
    std::sort(chain.begin(), chain.end());
    chain.erase(std::unique(chain.begin(), chain.end()), chain.end());
}

} // namespace intact::schedule
