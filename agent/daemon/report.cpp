#include "daemon/report.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace intact::daemon {
namespace {

using Json = nlohmann::json;

// A thousand warnings with long paths stay below; the daemon's memory is not the run's to fill.
constexpr std::size_t kLongestLine = std::size_t{16} << 20U;

std::uint64_t count_in(const Json &object, const char *name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

std::string text_in(const Json &object, const char *name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? one_line(found->get<std::string>()) : "";
}

std::optional<RunResult> result_in(const Json &object) {
    const std::optional<Outcome> outcome = outcome_named(text_in(object, "outcome"));
    if (!outcome || *outcome == Outcome::running) {
        return std::nullopt;
    }
    RunResult result;
    result.outcome = *outcome;
    if (const auto failure = object.find("failure");
        failure != object.end() && failure->is_object()) {
        result.code = text_in(*failure, "code");
        result.message = text_in(*failure, "message");
        result.hint = text_in(*failure, "hint");
    }
    result.archive = text_in(object, "archive");
    result.bytes_read = count_in(object, "bytes_read");
    result.bytes_written = count_in(object, "bytes_written");
    result.entries = count_in(object, "entries");
    result.warnings = count_in(object, "warning_count");
    const auto suspicious = object.find("suspicious");
    result.is_suspicious = suspicious != object.end() && *suspicious == true;
    return result;
}

} // namespace

void Report::take(std::string_view bytes) {
    while (!flaw_ && !bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        const std::string_view part = bytes.substr(0, end);
        if (partial_.size() + part.size() > kLongestLine) {
            flaw_ = "its report has a line without an end";
            partial_.clear();
            return;
        }
        partial_ += part;
        if (end == std::string_view::npos) {
            return;
        }
        take_line(partial_);
        partial_.clear();
        bytes.remove_prefix(end + 1);
    }
}

void Report::take_line(std::string_view line) {
    const Json object = Json::parse(line, nullptr, false);
    const std::string event = object.is_object() ? text_in(object, "event") : "";
    if (event == "progress") {
        progress_ = {text_in(object, "stage"),           count_in(object, "bytes_read"),
                     count_in(object, "bytes_written"),  count_in(object, "bytes_verified"),
                     count_in(object, "expected_bytes"), count_in(object, "entries")};
    } else if (event == "outcome" && !result_) {
        result_ = result_in(object);
        if (!result_) {
            flaw_ = "its report tells no outcome that there is";
        }
    } else if (event == "held_back" && !result_) {
        result_.emplace();
        result_->held_back = text_in(object, "reason");
        result_->message = text_in(object, "message");
        if (result_->held_back.empty()) {
            flaw_ = "it was held back by no condition that there is";
        }
    } else if (event.empty() || event == "outcome" || event == "held_back") {
        flaw_ = fmt::format("its report holds '{}'", one_line(line.substr(0, 80)));
    }
}

} // namespace intact::daemon
