#include "cli/diagnosis_text.hpp"

#include "base/quantity.hpp"
#include "base/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace intact::cli {

std::string diagnosis_text(const std::string &job, const engine::Diagnosis &diagnosis) {
    const destination::Filesystem &filesystem = diagnosis.filesystem;
    const destination::Protocol &protocol = diagnosis.protocol;
    std::string text =
        fmt::format("{}{}\n", job.empty() ? "" : job + ": ", os::quoted_path(diagnosis.path));
    const auto line = [&](std::string_view what, const std::string &told) {
        text += fmt::format("  {:<16}{}\n", what, told);
    };
    line("filesystem",
         fmt::format("{} at {}{}", filesystem.name, os::quoted_path(filesystem.mount_point),
                     filesystem.identity.empty() ? "" : ", " + one_line(filesystem.identity)));
    line("free", format_size(diagnosis.free_bytes));
    line("publishes by", fmt::format("{} ({})", config::name_of(protocol.strategy),
                                     destination::name_of(protocol.variant)));
    line("because", protocol.reason);
    line("after a crash", std::string(destination::seen_after_crash(protocol.variant)));
    if (filesystem.largest_file != 0) {
        line("largest file", format_size(filesystem.largest_file));
    }
    if (!protocol.concern.empty()) {
        line("warning", protocol.concern);
    }
    return text;
}

nlohmann::ordered_json diagnosis_json(const std::string &job, const engine::Diagnosis &diagnosis) {
    const destination::Filesystem &filesystem = diagnosis.filesystem;
    const destination::Protocol &protocol = diagnosis.protocol;
    const destination::Probe &probe = diagnosis.probe;
    nlohmann::ordered_json json;
    json["job"] = job.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(one_line(job));
    json["path"] = one_line(diagnosis.path);
    json["filesystem"] = {{"name", filesystem.name},
                          {"type", filesystem.type},
                          {"mount_point", one_line(filesystem.mount_point)},
                          {"identity", one_line(filesystem.identity)},
                          {"remote", filesystem.is_remote},
                          {"free_bytes", diagnosis.free_bytes}};
    json["probe"] = {{"link", probe.links},
                     {"exchange", probe.exchanges},
                     {"rename_noreplace", probe.renames_exclusive},
                     {"case_folded", probe.folds_case},
                     {"direct_read", probe.reads_directly},
                     {"directory_fsync", probe.syncs_directories}};
    json["strategy"] = config::name_of(protocol.strategy);
    json["variant"] = destination::name_of(protocol.variant);
    json["reason"] = protocol.reason;
    json["after_crash"] = destination::seen_after_crash(protocol.variant);
    json["concern"] = protocol.concern.empty() ? nlohmann::ordered_json()
                                               : nlohmann::ordered_json(protocol.concern);
    return json;
}

} // namespace intact::cli
