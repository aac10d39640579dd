#include "cli/diagnosis_text.hpp"
#include "cli/format.hpp"
#include "cli/json_lines.hpp"
#include "cli/signals.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "engine/publish_selftest.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace intact::cli {
namespace {

std::string text_of(const engine::SelftestReport &report) {
    std::string text = diagnosis_text("", report.diagnosis);
    for (const auto &[kind, figures] : report.figures) {
        text += fmt::format("  {:<16}{:.1f} ms at most, {}\n", kind,
                            static_cast<double>(figures.longest.count()) / 1000,
                            format_count(figures.calls, "call", "calls"));
    }
    return text + fmt::format("killed {}, recovered {}: {} kept the previous backup, {} completed "
                              "the new one; all verify\n",
                              format_count(report.kills, "time", "times"),
                              format_count(report.kills, "time", "times"),
                              format_count(report.kept), format_count(report.completed));
}

nlohmann::ordered_json json_of(const engine::SelftestReport &report) {
    nlohmann::ordered_json json = diagnosis_json("", report.diagnosis);
    json.erase("job");
    json["publications"] = report.publications;
    json["kills"] = report.kills;
    json["kept"] = report.kept;
    json["completed"] = report.completed;
    for (const auto &[kind, figures] : report.figures) {
        json["calls"][kind] = {{"count", figures.calls}, {"longest_usec", figures.longest.count()}};
    }
    return json;
}

} // namespace

int selftest_publish(const Session &session, const SelftestArguments &arguments) {
    const StopSignals signals;
    const auto report = engine::selftest_publish(session.context(), arguments.directory,
                                                 arguments.extent, signals.token());
    if (!report) {
        return print_error(
            Error(report.error())
                .within("selftest publish in " + os::quoted_path(arguments.directory)));
    }
    if (arguments.form == Form::json) {
        JsonLines(STDOUT_FILENO).write(json_of(*report));
    } else {
        print(text_of(*report));
    }
    return 0;
}

} // namespace intact::cli
