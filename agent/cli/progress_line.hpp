// The figures of the moment as one line of text. Knows no terminal and no clock.
#pragma once

#include "base/error.hpp"
#include "engine/progress.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace intact::cli {

/// What is under way: the same stage is called by other words.
enum class Activity { run, verify, restore };

struct Figures {
    std::string label; ///< job or backup
    std::string_view phase;
    std::uint64_t done = 0;
    std::uint64_t whole = 0; ///< 0: unknown
    std::uint64_t entries = 0;
    std::uint64_t warnings = 0;
    std::string path; ///< raw bytes
    std::chrono::seconds elapsed{0};
    double bytes_per_second = 0;
};

/// `stored_bytes` is the size of the archive where it is known beforehand, else 0.
Figures figures_of(const engine::Progress &progress, Activity activity, std::uint64_t stored_bytes);

/// At most `columns` wide; the path takes what the figures leave.
std::string progress_line(const Figures &figures, std::size_t columns);
/// The same for a log: whole, without a path.
std::string progress_report(const Figures &figures);

} // namespace intact::cli
