#include "engine/expectations.hpp"

#include "base/quantity.hpp"
#include "os/file.hpp"

#include <fmt/format.h>

namespace intact::engine {
namespace {

constexpr std::uint64_t kWhole = 100; // percent

// Without the overflow of bytes * percent.
std::uint64_t share_of(std::uint64_t bytes, std::uint64_t percent) {
    return bytes / kWhole * percent + bytes % kWhole * percent / kWhole;
}

std::uint64_t percent_less(std::uint64_t bytes, std::uint64_t before) {
    return static_cast<std::uint64_t>(static_cast<double>(before - bytes) * kWhole /
                                      static_cast<double>(before));
}

Warning suspicious(std::string detail) {
    return {WarningKind::suspicious, "", std::move(detail)};
}

} // namespace

std::vector<Warning> unmet_expectations(const config::Expectations &expect,
                                        const StreamFigures &figures,
                                        const std::optional<catalog::RunRecord> &last_good) {
    std::vector<Warning> unmet;
    if (figures.bytes < expect.min_size) {
        unmet.push_back(
            suspicious(fmt::format("{} of content, less than expect.min_size={}",
                                   format_size(figures.bytes), format_size(expect.min_size))));
    }
    if (expect.max_shrink && last_good &&
        figures.bytes < share_of(last_good->bytes_read, kWhole - *expect.max_shrink)) {
        unmet.push_back(suspicious(fmt::format(
            "{} of content, {}% less than the {} of the last good backup {}, more than "
            "expect.max_shrink={}% allows",
            format_size(figures.bytes), percent_less(figures.bytes, last_good->bytes_read),
            format_size(last_good->bytes_read), os::quoted_path(last_good->archive),
            *expect.max_shrink)));
    }
    if (expect.min_entries > 0 && !figures.entries) {
        unmet.push_back(suspicious("what it holds cannot be counted, and expect.min_entries= asks "
                                   "for it"));
    } else if (figures.entries.value_or(0) < expect.min_entries) {
        unmet.push_back(suspicious(fmt::format("it holds {}, fewer than expect.min_entries={}",
                                               *figures.entries, expect.min_entries)));
    }
    return unmet;
}

} // namespace intact::engine
