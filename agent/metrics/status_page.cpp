#include "metrics/status_page.hpp"

#include "base/quantity.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <memory>
#include <string_view>
#include <utility>

namespace intact::metrics {
namespace {

/// A line has less than 1 KiB where names are short, and less than 4 where they are not.
constexpr std::size_t kLinesOfPiece = 64;
constexpr std::size_t kLongestText = 200; ///< bytes of one text before it is escaped

constexpr std::string_view kStyle =
    ":root{color-scheme:light dark}"
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #8884;"
    "white-space:nowrap}"
    "td.n,th.n{text-align:right}"
    "time{font-variant-numeric:tabular-nums}"
    ".bad{color:#b00020;font-weight:600}"
    ".ok{color:#1a7f37}"
    "@media(prefers-color-scheme:dark){.bad{color:#ff7b86}.ok{color:#56d364}}";

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : one_line(text.substr(0, kLongestText))) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&#39;";
            break;
        default:
            out += c;
        }
    }
    return out;
}

/// "2026-11-22 02:00:00" of RFC 3339, which machines get whole.
std::string shown(const std::optional<WallTime> &time) {
    if (!time) {
        return "\u2013";
    }
    const std::string whole = rfc3339(*time);
    return fmt::format("<time datetime=\"{}\">{} {}</time>", whole, whole.substr(0, 10),
                       whole.substr(11, 8));
}

std::string shown_result(const std::string &result) {
    if (result.empty()) {
        return "never ran";
    }
    const bool is_good = result == "success" || result == "warning";
    return fmt::format("<span class=\"{}\">{}</span>", is_good ? "ok" : "bad", escaped(result));
}

std::string line_of(const JobLine &job, WallTime now) {
    const bool is_overdue = job.deadline && *job.deadline < now;
    return fmt::format("<tr><td>{}</td><td>{}{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>"
                       "<td class=\"n\">{}</td></tr>\n",
                       escaped(job.name), escaped(job.state),
                       is_overdue ? " <span class=\"bad\">overdue</span>" : "",
                       shown_result(job.last_result), shown(job.last_end), shown(job.last_success),
                       shown(job.next_run),
                       job.newest_size_bytes ? format_size(*job.newest_size_bytes) : "\u2013");
}

std::string head_of(const StatusPage &page) {
    const std::string host = escaped(page.host);
    return fmt::format(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width\">"
        "<title>Intact on {0}</title><style>{1}</style></head>\n<body><h1>Intact on {0}</h1>\n"
        "<p>{2} jobs at {3} UTC, version {4}. For programs: <a href=\"/metrics\">metrics</a>.</p>\n"
        "{5}<table><thead><tr><th>Job</th><th>State</th><th>Last run</th><th>Ended</th>"
        "<th>Last success</th><th>Next run</th><th class=\"n\">Newest backup</th></tr></thead>"
        "<tbody>\n",
        host, kStyle, page.jobs.size(), shown(page.now), escaped(page.version),
        page.notice.empty() ? "" : fmt::format("<p class=\"bad\">{}</p>\n", escaped(page.notice)));
}

struct Progress {
    StatusPage page;
    std::size_t written = 0; ///< jobs
    enum class Part : std::uint8_t { head, lines, end } part = Part::head;

    std::string next() {
        if (part == Part::head) {
            part = Part::lines;
            return head_of(page);
        }
        if (written < page.jobs.size()) {
            std::string lines;
            const std::size_t end = std::min(written + kLinesOfPiece, page.jobs.size());
            for (; written < end; ++written) {
                lines += line_of(page.jobs[written], page.now);
            }
            return lines;
        }
        return std::exchange(part, Part::end) == Part::lines
                   ? "</tbody></table>\n<p>All times are UTC.</p></body></html>\n"
                   : "";
    }
};

} // namespace

Answer status_answer(StatusPage page) {
    const auto progress = std::make_shared<Progress>(Progress{std::move(page)});
    return {200, "text/html; charset=utf-8", "", [progress] { return progress->next(); }};
}

} // namespace intact::metrics
