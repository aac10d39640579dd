// Durations and sizes as an operator spells them. Knows no configuration file.
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace intact {

/// A time span in systemd's spelling: "90min", "1d 12h", "1h30" (a bare last number is seconds),
/// "infinity". A number alone ("5") is refused: it hides its unit.
/// Units: the result is exact to the microsecond, std::chrono::microseconds::max() for infinity.
/// Errors: config_invalid, with the reason. Source: systemd.time(7), PARSING TIME SPANS.
Result<std::chrono::microseconds> parse_duration(std::string_view text);
/// The shortest spelling that parse_duration() reads back to the same value ("1h 30min").
std::string format_duration(std::chrono::microseconds span);

/// A size: "10GiB" and "10G" are powers of 1024 (K M G T P E), "10GB" powers of 1000; "512B",
/// "512". Fractions are allowed ("1.5GiB") when they come to whole bytes rounded down. Errors:
/// config_invalid, with the reason (also on overflow of 64 bits).
Result<std::uint64_t> parse_size(std::string_view text);
/// For people: three significant digits and an IEC unit ("1.32 GiB", "812 B").
std::string format_size(std::uint64_t bytes);

} // namespace intact
