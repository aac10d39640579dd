// "Did you mean": the distance between two words. Knows no key.
#include "config/config.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <numeric>

namespace intact::config {
namespace {

constexpr std::size_t kFarthest = 2;

char folded(char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

/// Damerau-Levenshtein with adjacent swaps (optimal string alignment), blind to case.
std::size_t distance(std::string_view a, std::string_view b) {
    const std::size_t longer = std::max(a.size(), b.size());
    if (longer - std::min(a.size(), b.size()) > kFarthest) {
        return longer;
    }
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(last.begin(), last.end(), 0U);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = folded(a[i - 1]) == folded(b[j - 1]);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0U : 1U)});
            if (i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) &&
                folded(a[i - 2]) == folded(b[j - 1])) {
                row[j] = std::min(row[j], before[j - 2] + 1);
            }
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

} // namespace

std::vector<std::string> nearest(std::string_view word, const std::vector<std::string> &known) {
    std::array<std::vector<std::string>, kFarthest + 1> by_distance;
    for (const std::string &candidate : known) {
        const std::size_t apart = distance(word, candidate);
        // A word changed in every letter is another word: "xz" is no slip for "no".
        if (apart <= kFarthest && apart < word.size()) {
            by_distance[apart].push_back(candidate);
        }
    }
    std::vector<std::string> names;
    for (std::vector<std::string> &found : by_distance) {
        std::move(found.begin(), found.end(), std::back_inserter(names));
    }
    return names;
}

} // namespace intact::config
