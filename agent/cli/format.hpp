// Figures, times and names as people read them. Knows no terminal.
#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace intact::cli {

/// "1,234,567".
std::string format_count(std::uint64_t count);
/// "1 entry", "2,000 entries".
std::string format_count(std::uint64_t count, std::string_view one, std::string_view many);
/// A running clock: "0:07", "12:34", "1:02:03".
std::string format_clock(std::chrono::seconds span);
/// A finished duration: "120 ms", "3.2 s", "2 min 5 s", "1 h 2 min".
std::string format_span(std::chrono::microseconds span);
/// "27 %" of a whole; empty when the whole is 0. Never "100 %" before the end.
std::string format_percent(std::uint64_t part, std::uint64_t whole);
/// "2026-11-22 03:00:00 CET": the host's time zone, which is that of its journal.
std::string format_time(WallTime time);

/// Columns that a text takes on a terminal; never too few (combining marks count as one).
/// The text is what one_line() gives.
std::size_t columns_of(std::string_view text);
/// The end of a text, with "…" before it when it does not fit.
std::string fit_end(std::string_view text, std::size_t columns);
/// The start of a text, with "…" after it when it does not fit.
std::string fit_start(std::string_view text, std::size_t columns);

} // namespace intact::cli
