#include "source/exit_judge.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace intact::source {
namespace {

constexpr std::size_t kShownBytes = 500;

} // namespace

ExitJudge::ExitJudge(const config::ExitRules &rules)
    : rules_(rules), warnings_(listen_for(rules.stderr_warnings)),
      failures_(listen_for(rules.stderr_failures)) {
    if (!rules.reason.empty()) {
        reason_.emplace(rules.reason);
    }
}

std::vector<ExitJudge::Heard> ExitJudge::listen_for(const std::vector<std::string> &patterns) {
    std::vector<Heard> all;
    for (const std::string &text : patterns) {
        all.push_back({text, formats::Pattern(text), 0, ""});
    }
    return all;
}

void ExitJudge::hear(std::string_view line) {
    // Of a program that ends its lines as a terminal wants them; "$" is the end of the words.
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    hear(line, warnings_);
    hear(line, failures_);
    if (reason_ && reason_->is_in(line)) {
        why_ = line.substr(0, kShownBytes);
    }
}

void ExitJudge::hear(std::string_view line, std::vector<Heard> &patterns) {
    for (Heard &one : patterns) {
        if (!one.pattern.is_in(line)) {
            continue;
        }
        if (one.lines++ == 0) {
            one.first = line.substr(0, kShownBytes);
        }
    }
}

config::Verdict ExitJudge::verdict_on(const os::ExitStatus &status) const {
    const auto &rules = status.signal != 0 ? rules_.signals : rules_.statuses;
    const auto found = rules.find(status.signal != 0 ? status.signal : status.code);
    if (found != rules.end()) {
        return found->second;
    }
    return status.success() ? config::Verdict::success : config::Verdict::failure;
}

Result<std::vector<Warning>> ExitJudge::judge(const std::string &who, const os::ExitStatus &status,
                                              const std::string &last_line) const {
    const config::Verdict verdict = verdict_on(status);
    if (verdict == config::Verdict::failure) {
        const std::string &why = why_.empty() ? last_line : why_;
        return fail(ErrorCode::source_failed,
                    fmt::format("{} {}{}{}", who, status.describe(), why.empty() ? "" : ": ", why));
    }
    const auto failure = std::find_if(failures_.begin(), failures_.end(),
                                      [](const Heard &one) { return one.lines > 0; });
    if (failure != failures_.end()) {
        return fail(Error(ErrorCode::source_incomplete,
                          fmt::format("{} {}, but said what source.stderr_failures= "
                                      "takes for a failure ('{}'): {}",
                                      who, status.describe(), one_line(failure->text),
                                      one_line(failure->first)))
                        .with_hint("nothing was published; run the source's command by hand to "
                                   "see why it says that"));
    }
    std::vector<Warning> warnings;
    if (verdict == config::Verdict::warning) {
        warnings.push_back({WarningKind::exit_status, "",
                            fmt::format("{} {}{}{}", who, status.describe(),
                                        last_line.empty() ? "" : ": ", one_line(last_line))});
    }
    for (const Heard &one : warnings_) {
        if (one.lines > 0) {
            warnings.push_back(
                {WarningKind::message, "",
                 fmt::format("{} said what '{}' is found in{}: {}", who, one_line(one.text),
                             one.lines == 1 ? "" : fmt::format(", {} times, first", one.lines),
                             one_line(one.first))});
        }
    }
    return warnings;
}

} // namespace intact::source
