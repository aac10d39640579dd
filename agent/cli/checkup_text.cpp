#include "cli/checkup_text.hpp"

#include "base/text.hpp"
#include "cli/diagnosis_text.hpp"
#include "cli/format.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace intact::cli {
namespace {

using checkup::Finding;
using checkup::State;

Colour colour_of(State state) {
    switch (state) {
    case State::ok:
        return Colour::green;
    case State::warning:
        return Colour::yellow;
    case State::error:
        return Colour::red;
    case State::skipped:
        break;
    }
    return Colour::none;
}

std::string verdict_of(const checkup::Report &report, int fd) {
    const auto count = [&](State state) {
        return static_cast<std::uint64_t>(std::count_if(
            report.findings.begin(), report.findings.end(),
            [state](const checkup::NamedFinding &one) { return one.finding.state == state; }));
    };
    std::string text;
    if (const std::uint64_t errors = count(State::error); errors > 0) {
        text = coloured(fd, Colour::red, format_count(errors, "error", "errors"));
    }
    if (const std::uint64_t warnings = count(State::warning); warnings > 0) {
        text += (text.empty() ? "" : ", ") +
                coloured(fd, Colour::yellow, format_count(warnings, "warning", "warnings"));
    }
    return text.empty() ? coloured(fd, Colour::green, "ok") : text;
}

std::string indented(std::string_view lines, std::string_view by) {
    std::string text;
    while (!lines.empty()) {
        const std::size_t end = std::min(lines.find('\n'), lines.size());
        text += fmt::format("{}{}\n", by, one_line(lines.substr(0, end)));
        lines.remove_prefix(std::min(end + 1, lines.size()));
    }
    return text;
}

std::string text_of(const checkup::NamedFinding &one, int fd) {
    const Finding &finding = one.finding;
    const std::string state = fmt::format("{:<8}", checkup::name_of(finding.state));
    std::string text =
        fmt::format("  {} {:<14} {}\n", coloured(fd, colour_of(finding.state), state), one.name,
                    one_line(finding.found));
    const std::string margin(26, ' ');
    if (!finding.hint.empty()) {
        text += fmt::format("{}hint: {}\n", margin, one_line(finding.hint));
    }
    return text + indented(finding.drop_in, margin + "    ");
}

nlohmann::ordered_json json_of(const checkup::NamedFinding &one) {
    const Finding &finding = one.finding;
    nlohmann::ordered_json json;
    json["name"] = one.name;
    json["state"] = checkup::name_of(finding.state);
    json["found"] = one_line(finding.found);
    json["hint"] = one_line(finding.hint);
    if (!finding.drop_in.empty()) {
        json["drop_in"] = finding.drop_in;
    }
    if (finding.state == State::error) {
        json["code"] = name_of(finding.code);
    }
    return json;
}

nlohmann::ordered_json unknown_destination(const checkup::Report &report) {
    nlohmann::ordered_json json;
    json["job"] = report.job.empty() ? nlohmann::ordered_json()
                                     : nlohmann::ordered_json(one_line(report.job));
    json["path"] = report.path.empty() ? nlohmann::ordered_json()
                                       : nlohmann::ordered_json(one_line(report.path));
    for (const char *key :
         {"filesystem", "probe", "strategy", "variant", "reason", "after_crash", "concern"}) {
        json[key] = nullptr;
    }
    return json;
}

} // namespace

std::string checkup_text(const checkup::Report &report, int fd) {
    std::string text = fmt::format(
        "{}: {}\n", report.job.empty() ? os::quoted_path(report.path) : one_line(report.job),
        verdict_of(report, fd));
    for (const checkup::NamedFinding &one : report.findings) {
        text += text_of(one, fd);
    }
    return text;
}

nlohmann::ordered_json checkup_json(const checkup::Report &report) {
    nlohmann::ordered_json json = report.diagnosis ? diagnosis_json(report.job, *report.diagnosis)
                                                   : unknown_destination(report);
    json["path"] = report.path.empty() ? nlohmann::ordered_json()
                                       : nlohmann::ordered_json(one_line(report.path));
    json["state"] = checkup::name_of(report.state());
    json["checks"] = nlohmann::ordered_json::array();
    for (const checkup::NamedFinding &one : report.findings) {
        json["checks"].push_back(json_of(one));
    }
    return json;
}

} // namespace intact::cli
