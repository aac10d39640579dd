// Whether a time server sets the host's clock. Knows no bus.
#pragma once

#include <optional>

namespace intact::os {

/// Nothing: a sandbox hides it, and systemd-timesyncd has left no mark either.
/// Source: adjtimex(2); systemd-timesyncd.service(8).
std::optional<bool> is_clock_synchronized();

} // namespace intact::os
