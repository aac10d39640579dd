#include "os/clock_sync.hpp"

#include <sys/timex.h>
#include <unistd.h>

namespace intact::os {
namespace {

constexpr const char *kTimesyncdsMark = "/run/systemd/timesync/synchronized";

} // namespace

std::optional<bool> is_clock_synchronized() {
    timex kernel{};
    if (adjtimex(&kernel) >= 0) {
        return (kernel.status & STA_UNSYNC) == 0;
    }
    return access(kTimesyncdsMark, F_OK) == 0 ? std::optional(true) : std::nullopt;
}

} // namespace intact::os
