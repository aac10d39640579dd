// Any bytes as a calendar expression: refused with a place inside them, or read to a normal form
// that reads the same, with times that only go forward.
#include "schedule/calendar.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

using intact::schedule::Calendar;
using intact::schedule::Instant;
using intact::schedule::Zone;

namespace {

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    static const Zone kZone = Zone::named("Europe/Berlin").value();
    constexpr Instant kBegin{std::chrono::sys_days{std::chrono::year(2026) / 3 / 28}};
    const auto calendar = Calendar::parse({reinterpret_cast<const char *>(data), size});
    if (!calendar) {
        require(calendar.error().at + calendar.error().length <= size);
        require(!calendar.error().message.empty());
        return 0;
    }
    const auto again = Calendar::parse(calendar->normal_form());
    require(again && again->normal_form() == calendar->normal_form());
    Instant after = kBegin;
    for (int i = 0; i < 3; ++i) {
        const auto next = calendar->next(after, kZone);
        if (!next) {
            break;
        }
        require(*next > after);
        after = *next;
    }
    return 0;
}
