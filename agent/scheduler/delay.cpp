#include "scheduler/delay.hpp"

namespace intact::scheduler {
namespace {

// FNV-1a: the constants are those of its authors. It need not resist anybody: who knows the machine
// id may know when its backups begin.
constexpr std::uint64_t kBasis = 0xcbf29ce484222325U;
constexpr std::uint64_t kPrime = 0x100000001b3U;

std::uint64_t hash(std::uint64_t state, std::string_view text) {
    for (const char c : text) {
        state = (state ^ static_cast<unsigned char>(c)) * kPrime;
    }
    return state;
}

// SplitMix64's last step, so that every bit of the input reaches every bit of the result.
std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31U);
}

} // namespace

std::uint64_t delay_seed(std::string_view machine_id, std::string_view job) {
    return mix(hash(hash(hash(kBasis, machine_id), "/"), job));
}

microseconds delay_of(const Delay &delay, Instant slot) {
    if (delay.longest.count() <= 0) {
        return microseconds(0);
    }
    const std::uint64_t value =
        delay.kind == DelayKind::stable
            ? delay.seed
            : mix(delay.seed + static_cast<std::uint64_t>(slot.time_since_epoch().count()));
    return microseconds(
        static_cast<std::int64_t>(value % static_cast<std::uint64_t>(delay.longest.count())));
}

} // namespace intact::scheduler
