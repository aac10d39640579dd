#include "cli/record_json.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

namespace intact::cli {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::string &text) {
    return text.empty() ? Json(nullptr) : Json(one_line(text));
}

// Lines stay lines; within them nothing that is no text.
std::string printable_lines(std::string_view text) {
    std::string out;
    for (;;) {
        const std::size_t end = text.find('\n');
        out += one_line(text.substr(0, end));
        if (end == std::string_view::npos) {
            return out;
        }
        out += '\n';
        text.remove_prefix(end + 1);
    }
}

Json failure_json(const std::optional<catalog::RunFailure> &failure) {
    if (!failure) {
        return nullptr;
    }
    return {{"code", failure->code},
            {"stage", text_or_null(failure->stage)},
            {"message", one_line(failure->message)},
            {"hint", text_or_null(failure->hint)},
            {"exit_code", failure->exit_code}};
}

Json verified_json(const catalog::RunRecord &record) {
    if (record.verified_depth.empty()) {
        return nullptr;
    }
    return {{"depth", record.verified_depth}, {"level", record.verified_level}};
}

} // namespace

Json to_json(const Warning &warning) {
    return {{"kind", name_of(warning.kind)},
            {"path", text_or_null(warning.path)},
            {"detail", one_line(warning.detail)}};
}

Json to_json(const catalog::RunRecord &record) {
    Json json;
    json["run"] = record.run_id;
    json["job"] = record.job;
    json["host"] = one_line(record.host);
    json["pid"] = record.pid;
    json["started"] = rfc3339(record.started);
    json["finished"] = record.finished ? Json(rfc3339(*record.finished)) : Json(nullptr);
    json["outcome"] = name_of(record.outcome);
    json["exit_code"] =
        record.outcome == Outcome::running ? Json(nullptr) : Json(exit_code_of(record));
    json["failure"] = failure_json(record.failure);
    json["destination"] = one_line(record.destination);
    json["archive"] = text_or_null(record.archive);
    json["bytes_read"] = record.bytes_read;
    json["bytes_written"] = record.bytes_written;
    json["entries"] = record.entries;
    json["sha256"] = text_or_null(record.sha256);
    json["stream_sha256"] = text_or_null(record.stream_sha256);
    json["verified"] = verified_json(record);
    json["warning_count"] = record.warning_count;
    json["suspicious"] = catalog::is_suspicious(record);
    json["warnings"] = Json::array();
    for (const Warning &warning : record.warnings) {
        json["warnings"].push_back(to_json(warning));
    }
    json["stage_usec"] = Json::object();
    for (const auto &[stage, usec] : record.stage_usec) {
        json["stage_usec"][stage] = usec;
    }
    json["stderr_tail"] =
        record.stderr_tail.empty() ? Json(nullptr) : Json(printable_lines(record.stderr_tail));
    return json;
}

} // namespace intact::cli
