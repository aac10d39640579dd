#include "cli/summary.hpp"

#include "base/quantity.hpp"
#include "base/text.hpp"
#include "cli/format.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <unistd.h>

namespace intact::cli {
namespace {

constexpr std::size_t kWarningsShown = 20;
constexpr std::size_t kDigestShown = 16;

std::string duration_of(const catalog::RunRecord &record) {
    if (!record.finished) {
        return "";
    }
    return format_span(
        std::chrono::duration_cast<std::chrono::microseconds>(*record.finished - record.started));
}

std::string size_text(const catalog::RunRecord &record) {
    std::string text = format_size(record.bytes_written);
    if (record.bytes_read != record.bytes_written && record.bytes_read != 0) {
        text += fmt::format(" from {} ({})", format_size(record.bytes_read),
                            format_percent(record.bytes_written, record.bytes_read));
    }
    if (record.entries > 0) {
        text += ", " + format_count(record.entries, "entry", "entries");
    }
    return text;
}

std::string_view words_for(std::string_view level) {
    if (level == "cold") {
        return "read from storage";
    }
    if (level == "cold-remote") {
        return "read back from the server";
    }
    if (level == "buffered") {
        return "read back, partly from memory";
    }
    return "not read back";
}

} // namespace

Colour colour_of(Outcome outcome) {
    switch (outcome) {
    case Outcome::success:
        return Colour::green;
    case Outcome::warning:
    case Outcome::cancelled:
        return Colour::yellow;
    case Outcome::failure:
    case Outcome::interrupted:
        return Colour::red;
    case Outcome::running:
        break;
    }
    return Colour::bold;
}

std::string verified_text(const std::string &depth, const std::string &level) {
    return depth.empty() ? "-" : fmt::format("{}, {}", depth, words_for(level));
}

std::string warning_line(const Warning &warning) {
    const std::string path = warning.path.empty() ? "" : " '" + one_line(warning.path) + "'";
    return fmt::format("{}{}: {}", name_of(warning.kind), path, one_line(warning.detail));
}

std::string warning_list(const std::vector<Warning> &warnings, std::uint64_t count) {
    std::string out;
    const std::size_t shown = std::min(warnings.size(), kWarningsShown);
    for (std::size_t i = 0; i < shown; ++i) {
        out += fmt::format("    {}\n", warning_line(warnings[i]));
    }
    if (count > shown) {
        out += fmt::format("    and {} more: 'intact show' has the first 1,000\n",
                           format_count(count - shown));
    }
    return out;
}

std::string success_summary(const catalog::RunRecord &record) {
    const bool is_partial = record.outcome == Outcome::warning;
    const std::string head =
        is_partial ? "done with " + format_count(record.warning_count, "warning", "warnings")
                   : "done";
    std::string out =
        fmt::format("{}: {} in {}\n", record.job,
                    coloured(STDOUT_FILENO, colour_of(record.outcome), head), duration_of(record));
    out += fmt::format("  archive   {}\n", one_line(record.destination + "/" + record.archive));
    out += fmt::format("  size      {}\n", size_text(record));
    out += fmt::format("  sha256    {}…\n", record.sha256.substr(0, kDigestShown));
    out += fmt::format("  verified  {}\n",
                       verified_text(record.verified_depth, record.verified_level));
    if (is_partial) {
        out += "  not whole, or not as safe as it should be:\n";
        out += warning_list(record.warnings, record.warning_count);
    }
    return out;
}

std::string partial_figures(const catalog::RunRecord &record) {
    if (record.bytes_read == 0 && record.bytes_written == 0 && record.entries == 0) {
        return "";
    }
    std::string out = fmt::format("read {}, wrote {}", format_size(record.bytes_read),
                                  format_size(record.bytes_written));
    if (record.entries > 0) {
        out += ", " + format_count(record.entries, "entry", "entries");
    }
    if (record.warning_count > 0) {
        out += ", " + format_count(record.warning_count, "warning", "warnings");
    }
    return out;
}

std::string failure_message(const catalog::RunRecord &record) {
    if (record.outcome == Outcome::cancelled) {
        return fmt::format("job '{}' was stopped: nothing was published", record.job);
    }
    if (!record.failure) {
        return fmt::format("job '{}': {}", record.job, name_of(record.outcome));
    }
    // A limit that passed names the step itself, which is not what failed.
    const bool names_step = record.failure->code == name_of(ErrorCode::timed_out);
    const std::string stage =
        record.failure->stage.empty() || names_step ? "" : record.failure->stage + ": ";
    return fmt::format("job '{}': {}{}", record.job, stage, record.failure->message);
}

} // namespace intact::cli
