#include "cli/manifest_text.hpp"

#include "base/quantity.hpp"
#include "base/text.hpp"
#include "cli/format.hpp"
#include "cli/summary.hpp"
#include "cli/terminal.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <unistd.h>

namespace intact::cli {
namespace {

using destination::Manifest;

constexpr std::size_t kItemsShown = 20;

std::string fact(std::string_view name, std::string_view value) {
    return fmt::format("  {:<11} {}\n", name, one_line(value));
}

std::string taken(const Manifest &manifest) {
    const auto took = manifest.finished - manifest.started;
    return manifest.finished < manifest.started
               ? format_time(manifest.started)
               : fmt::format(
                     "{}, in {}", format_time(manifest.started),
                     format_span(std::chrono::duration_cast<std::chrono::microseconds>(took)));
}

std::string source_of(const Manifest &manifest) {
    std::string text = manifest.source_type + ":";
    const std::size_t shown = std::min(manifest.source_items.size(), kItemsShown);
    for (std::size_t i = 0; i < shown; ++i) {
        text += " " + manifest.source_items[i];
    }
    const std::size_t more = manifest.source_items.size() - shown;
    return more == 0 ? text : fmt::format("{} and {} more", text, format_count(more));
}

std::string size_of(const Manifest &manifest) {
    std::string text =
        fmt::format("{} ({} bytes)", format_size(manifest.bytes), format_count(manifest.bytes));
    if (manifest.compression != "none") {
        text += ", " + manifest.compression;
    }
    return text;
}

std::string content_of(const Manifest &manifest) {
    std::string text = fmt::format("{} ({} bytes)", format_size(manifest.stream_bytes),
                                   format_count(manifest.stream_bytes));
    if (manifest.entries) {
        text += ", " + format_count(*manifest.entries, "entry", "entries");
    }
    return text;
}

// A files source writes its tar itself; of what it gets from others, it says how far it was proven.
std::string format_of_stream(const Manifest &manifest) {
    return manifest.proven.empty()
               ? manifest.format + ", written by Intact"
               : fmt::format("{}, of its end is proven: {}", manifest.format, manifest.proven);
}

std::uint64_t listed_of(const Manifest &manifest, WarningKind kind) {
    return static_cast<std::uint64_t>(
        std::count_if(manifest.warnings.begin(), manifest.warnings.end(),
                      [kind](const Warning &one) { return one.kind == kind; }));
}

std::string warnings_of(const Manifest &manifest, WarningKind kind) {
    const auto counted = manifest.warnings_by_kind.find(kind);
    const std::uint64_t listed = listed_of(manifest, kind);
    const std::uint64_t count =
        std::max(listed, counted == manifest.warnings_by_kind.end() ? 0 : counted->second);
    if (count == 0) {
        return "";
    }
    std::string out = fmt::format("    {}: {}\n", name_of(kind), format_count(count));
    for (const Warning &one : manifest.warnings) {
        if (one.kind == kind) {
            const std::string path = one.path.empty() ? "" : "'" + one_line(one.path) + "': ";
            out += fmt::format("      {}{}\n", path, one_line(one.detail));
        }
    }
    if (count > listed) {
        out += fmt::format("      and {} more, which the manifest does not list\n",
                           format_count(count - listed));
    }
    return out;
}

std::string all_warnings_of(const Manifest &manifest) {
    if (manifest.warning_count == 0 && manifest.warnings.empty()) {
        return fact("warnings", "none");
    }
    std::string out = fact("warnings", format_count(manifest.warning_count));
    for (std::size_t kind = 0; kind < kWarningKinds; ++kind) {
        out += warnings_of(manifest, static_cast<WarningKind>(kind));
    }
    return out;
}

} // namespace

std::string backup_facts(const ChosenBackup &chosen) {
    const Manifest &manifest = *chosen.backup.manifest;
    std::string out = one_line(manifest.archive) + "\n";
    if (const std::string fault = fault_of(chosen.backup); !fault.empty()) {
        out += "  " + coloured(STDOUT_FILENO, Colour::red, "damaged: ") + one_line(fault) + "\n";
    }
    if (destination::is_suspicious(manifest)) {
        out += "  " + coloured(STDOUT_FILENO, Colour::yellow, "suspicious") +
               ": not what its job expects, see its warnings\n";
    }
    out += fact("job", manifest.job);
    out += fact("run", manifest.run_id);
    out += fact("host", manifest.host);
    out += fact("taken", taken(manifest));
    out += fact("source", source_of(manifest));
    out += fact("directory", chosen.directory->path());
    out += fact("size", size_of(manifest));
    out += fact("sha256", manifest.sha256);
    out += fact("content", content_of(manifest));
    out += fact("", "sha256 " + manifest.stream_sha256);
    out += fact("format", format_of_stream(manifest));
    out += fact("published", fmt::format("on {} by {}, {}", manifest.filesystem, manifest.strategy,
                                         manifest.variant));
    out += fact("verified", verified_text(manifest.verified_depth, manifest.verified_level));
    if (!manifest.previous_archive.empty()) {
        out += fact("previous", manifest.previous_archive);
    }
    return out + all_warnings_of(manifest);
}

std::string harmless_json(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        const auto next = static_cast<unsigned char>(at + 1 < text.size() ? text[at + 1] : 0);
        if (byte == 0xc2 && next >= 0x80 && next < 0xa0) { // C1, as UTF-8 has it
            out += fmt::format("\\u{:04x}", next);
            ++at;
        } else if (byte == 0x7f) {
            out += "\\u007f";
        } else {
            out += byte == '\r' ? ' ' : text[at]; // between values only
        }
    }
    return out;
}

} // namespace intact::cli
