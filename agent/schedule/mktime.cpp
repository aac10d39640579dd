#include "schedule/mktime.hpp"

namespace intact::schedule {

using std::chrono::floor;
using std::chrono::local_seconds;
using std::chrono::seconds;
using std::chrono::sys_seconds;

std::optional<MkTime::Found> MkTime::find(LocalTime wanted, Summer summer) {
    const auto whole = floor<seconds>(wanted);
    sys_seconds guess{whole.time_since_epoch() + offset_};
    // Goes by the difference until it is none, or until it only moves to and fro over a gap.
    sys_seconds last = guess;
    sys_seconds before_last = guess;
    bool was_summer = false;
    constexpr int kMostProbes = 6;
    for (int probes = 1;; ++probes) {
        const Zone::Shows shows = zone_.shows(guess);
        const seconds difference = whole - floor<seconds>(shows.local);
        if (difference == seconds(0)) {
            if (summer != Summer::unknown && (summer == Summer::yes) != shows.is_summer) {
                const auto other = in_season(guess, whole, summer == Summer::yes);
                if (!other) {
                    return std::nullopt;
                }
                guess = *other;
            }
            break;
        }
        const bool returns = guess == before_last && guess != last;
        if (returns && (summer == Summer::unknown ? !was_summer || shows.is_summer
                                                  : (summer == Summer::yes) != shows.is_summer)) {
            break;
        }
        if (probes == kMostProbes) {
            return std::nullopt;
        }
        before_last = last;
        last = guess;
        guess += difference;
        was_summer = shows.is_summer;
    }
    offset_ = guess.time_since_epoch() - whole.time_since_epoch();
    const Zone::Shows shows = zone_.shows(guess);
    const auto fraction = wanted - whole;
    return Found{guess + fraction, shows.local + fraction,
                 shows.is_summer ? Summer::yes : Summer::no};
}

std::optional<sys_seconds> MkTime::in_season(sys_seconds near, local_seconds wanted,
                                             bool is_summer) const {
    constexpr seconds kStride{601'200};
    constexpr seconds kFarthest = seconds(536'454'000) / 2 + kStride;
    for (seconds distance = kStride; distance < kFarthest; distance += kStride) {
        for (const sys_seconds other : {near - distance, near + distance}) {
            const Zone::Shows shows = zone_.shows(other);
            if (shows.is_summer == is_summer) {
                return other + (wanted - floor<seconds>(shows.local));
            }
        }
    }
    return std::nullopt;
}

} // namespace intact::schedule
