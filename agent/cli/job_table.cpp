#include "cli/job_table.hpp"

#include "base/quantity.hpp"
#include "cli/format.hpp"
#include "cli/table.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace intact::cli {
namespace {

using Object = nlohmann::ordered_json;

std::string time_text(const std::optional<WallTime> &time, std::string_view otherwise) {
    return time ? format_time(*time) : std::string(otherwise);
}

std::string last_text(const control::JobState &state) {
    return state.last ? fmt::format("{} {}", state.last->outcome, format_time(state.last->ended))
                      : "never";
}

std::string backup_text(const control::JobState &state) {
    return time_text(state.last_success, "none") + (state.is_suspicious ? ", suspicious" : "");
}

std::string next_text(const control::JobState &state) {
    if (!state.is_enabled) {
        return "disabled";
    }
    return time_text(state.next_due, state.next_slot ? "-" : "by hand");
}

std::string moving_text(const control::Moving &moving) {
    std::string text = moving.stage;
    if (const std::string percent = format_percent(moving.bytes_read, moving.expected_bytes);
        !percent.empty()) {
        text += " " + percent;
    }
    if (moving.bytes_per_second > 0) {
        text += fmt::format(", {}/s", format_size(moving.bytes_per_second));
    }
    return text;
}

Object time_json(const std::optional<WallTime> &time) {
    return time ? Object(rfc3339(*time)) : Object(nullptr);
}

Object text_json(const std::string &text) {
    return text.empty() ? Object(nullptr) : Object(text);
}

} // namespace

std::string doing_text(const control::JobState &state) {
    if (state.phase == "running") {
        return state.moving ? "running, " + moving_text(*state.moving) : "running";
    }
    if (state.phase == "resting") {
        return fmt::format("failed {} {}, tries again", state.attempt,
                           state.attempt == 1 ? "time" : "times");
    }
    if (state.phase != "idle") {
        return state.phase == "queued" ? "waits for others" : "waits for its time";
    }
    if (state.is_paused) {
        return state.paused_until ? "paused until " + format_time(*state.paused_until) : "paused";
    }
    return "idle";
}

std::string job_table(const std::vector<control::JobState> &states) {
    Table table({{"JOB"}, {"STATE"}, {"LAST RUN"}, {"LAST BACKUP"}, {"NEXT"}});
    for (const control::JobState &state : states) {
        table.add(
            {state.job, doing_text(state), last_text(state), backup_text(state), next_text(state)});
    }
    return table.render();
}

std::string job_text(const control::JobState &state) {
    std::string text;
    const auto line = [&text](std::string_view name, const std::string &value) {
        text += fmt::format("{:<13} {}\n", fmt::format("{}:", name), value);
    };
    line("job", state.job);
    line("state", doing_text(state));
    if (state.phase != "idle") {
        line("because", fmt::format("{}, attempt {}", state.cause, state.attempt));
    }
    if (state.moving) {
        line("so far", fmt::format("{} read, {} written, {}", format_size(state.moving->bytes_read),
                                   format_size(state.moving->bytes_written),
                                   format_count(state.moving->entries, "entry", "entries")));
    }
    if (!state.run_id.empty()) {
        line("run", state.run_id);
    }
    line("last run", last_text(state));
    if (state.last && !state.last->failure.empty()) {
        line("failed with", fmt::format("{} (run {})", state.last->failure, state.last->run_id));
    }
    line("last backup", backup_text(state));
    line("next", next_text(state));
    return text;
}

std::string agent_text(const control::AgentState &state) {
    const auto number = [](std::uint32_t count) {
        return count == 0 ? std::string("none") : std::to_string(count);
    };
    std::string text = fmt::format("intactd {}: {}, {} running, {} waiting\n", state.version,
                                   format_count(state.jobs, "job", "jobs"), number(state.running),
                                   number(state.waiting));
    if (state.is_stopping) {
        text += "It is being stopped: no run begins.\n";
    }
    if (state.is_paused) {
        text += "All jobs are paused: 'intact resume --all' ends that.\n";
    }
    if (!state.clock_hold.empty()) {
        text += fmt::format("Nothing is scheduled: {}. Set it right, or tell 'intact accept-clock' "
                            "that it is.\n",
                            state.clock_hold);
    }
    if (state.broken > 0) {
        text += fmt::format("{} cannot be used: see 'intact check'.\n",
                            format_count(state.broken, "job", "jobs"));
    }
    return text;
}

Object to_json(const control::JobState &state) {
    Object json{{"job", state.job},
                {"enabled", state.is_enabled},
                {"paused", state.is_paused},
                {"paused_until", time_json(state.paused_until)},
                {"phase", state.phase},
                {"cause", text_json(state.cause)},
                {"run", text_json(state.run_id)},
                {"attempt", state.attempt},
                {"next_slot", time_json(state.next_slot)},
                {"next_due", time_json(state.next_due)},
                {"last_success", time_json(state.last_success)},
                {"suspicious", state.is_suspicious},
                {"last", nullptr},
                {"progress", nullptr}};
    if (state.last) {
        json["last"] = {{"run", state.last->run_id},
                        {"outcome", state.last->outcome},
                        {"failure", text_json(state.last->failure)},
                        {"ended", time_json(state.last->ended)}};
    }
    if (state.moving) {
        json["progress"] = {{"stage", text_json(state.moving->stage)},
                            {"bytes_read", state.moving->bytes_read},
                            {"bytes_written", state.moving->bytes_written},
                            {"expected_bytes", state.moving->expected_bytes},
                            {"bytes_per_second", state.moving->bytes_per_second},
                            {"entries", state.moving->entries}};
    }
    return json;
}

Object to_json(const control::AgentState &state) {
    return {{"version", state.version},
            {"jobs", state.jobs},
            {"broken", state.broken},
            {"running", state.running},
            {"waiting", state.waiting},
            {"paused", state.is_paused},
            {"stopping", state.is_stopping},
            {"clock_hold", text_json(state.clock_hold)},
            {"next_job", text_json(state.next_job)},
            {"next_due", time_json(state.next_due)},
            {"loaded", time_json(state.loaded)}};
}

} // namespace intact::cli
