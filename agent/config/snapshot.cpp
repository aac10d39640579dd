#include "config/config.hpp"

#include <nlohmann/json.hpp>

namespace intact::config {
namespace {

nlohmann::json to_json(const FileText &file) {
    return {{"path", file.path}, {"text", file.text}};
}

std::optional<FileText> file_of(const nlohmann::json &object) {
    if (!object.is_object() || !object.contains("path") || !object["path"].is_string() ||
        !object.contains("text") || !object["text"].is_string()) {
        return std::nullopt;
    }
    return FileText{object["path"], object["text"]};
}

} // namespace

std::string snapshot_json(const Snapshot &snapshot) {
    nlohmann::json object{{"job", to_json(snapshot.job)}};
    if (snapshot.main) {
        object["main"] = to_json(*snapshot.main);
    }
    return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<Snapshot> parse_snapshot(const std::string &json) {
    const nlohmann::json object = nlohmann::json::parse(json, nullptr, false);
    const std::optional<FileText> job =
        object.is_object() && object.contains("job") ? file_of(object["job"]) : std::nullopt;
    const bool has_main = object.is_object() && object.contains("main");
    std::optional<FileText> main = has_main ? file_of(object["main"]) : std::nullopt;
    if (!job || (has_main && !main)) {
        return fail(ErrorCode::config_invalid, "the configuration handed over is not as expected");
    }
    return Snapshot{std::move(main), *job};
}

} // namespace intact::config
