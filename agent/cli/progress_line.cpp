#include "cli/progress_line.hpp"

#include "base/quantity.hpp"
#include "base/rate.hpp"
#include "base/text.hpp"
#include "cli/format.hpp"

#include <fmt/format.h>

namespace intact::cli {
namespace {

constexpr std::size_t kShortestPath = 12; // a shorter piece of a path tells nothing

std::string_view phase_of(Stage stage, Activity activity) {
    switch (stage) {
    case Stage::claim:
        return "preparing";
    case Stage::hook:
        return "running a hook";
    case Stage::sync:
        return "making durable";
    case Stage::publish:
        return "publishing";
    case Stage::verify:
        return "verifying";
    case Stage::record:
        return "recording";
    case Stage::source:
    case Stage::archive:
    case Stage::compress:
    case Stage::digest:
    case Stage::write:
        break;
    }
    return activity == Activity::restore ? "restoring" : "reading";
}

std::string amount(const Figures &figures) {
    if (figures.whole == 0) {
        return format_size(figures.done);
    }
    if (figures.done > figures.whole) { // the last run's size was a guess
        return fmt::format("{} (last time {})", format_size(figures.done),
                           format_size(figures.whole));
    }
    return fmt::format("{} of {} ({})", format_size(figures.done), format_size(figures.whole),
                       format_percent(figures.done, figures.whole));
}

} // namespace

Figures figures_of(const engine::Progress &progress, Activity activity,
                   std::uint64_t stored_bytes) {
    const Stage stage = progress.stage;
    Figures figures;
    figures.phase = phase_of(stage, activity);
    figures.entries = progress.entries;
    figures.warnings = progress.warnings;
    if (stage == Stage::verify) {
        figures.done = progress.bytes_verified;
        figures.whole = stored_bytes != 0 ? stored_bytes : progress.bytes_written.load();
    } else {
        figures.done = activity == Activity::restore ? progress.bytes_written : progress.bytes_read;
        figures.whole = progress.expected_bytes;
        figures.path = progress.path();
    }
    return figures;
}

std::string progress_report(const Figures &figures) {
    std::string out = fmt::format("{}: {} {}", figures.label, figures.phase, amount(figures));
    if (figures.bytes_per_second > 0) {
        out += fmt::format(", {}/s",
                           format_size(static_cast<std::uint64_t>(figures.bytes_per_second)));
    }
    if (figures.entries > 0) {
        out += ", " + format_count(figures.entries, "entry", "entries");
    }
    if (figures.warnings > 0) {
        out += ", " + format_count(figures.warnings, "warning", "warnings");
    }
    out += ", " + format_clock(figures.elapsed);
    if (const auto left = time_left(figures.done, figures.whole, figures.bytes_per_second)) {
        out += fmt::format(", {} left", format_clock(*left));
    }
    return out;
}

std::string progress_line(const Figures &figures, std::size_t columns) {
    const std::string report = progress_report(figures);
    const std::size_t used = columns_of(report);
    if (figures.path.empty() || used + 2 + kShortestPath > columns) {
        return fit_start(report, columns);
    }
    return fmt::format("{}  {}", report, fit_end(one_line(figures.path), columns - used - 2));
}

} // namespace intact::cli
