#include "cli/run_reporter.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "cli/record_json.hpp"
#include "cli/summary.hpp"
#include "cli/terminal.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace intact::cli {
namespace {

constexpr std::chrono::milliseconds kJsonEvery{1000};

nlohmann::ordered_json event(std::string_view name, nlohmann::ordered_json more) {
    nlohmann::ordered_json object{{"event", name}};
    object.update(more);
    return object;
}

/// Where JSON lines were asked for.
std::vector<std::unique_ptr<JsonLines>> json_outputs(const RunArguments &arguments) {
    std::vector<std::unique_ptr<JsonLines>> outputs;
    if (arguments.form == Form::json) {
        outputs.push_back(std::make_unique<JsonLines>(STDOUT_FILENO));
    }
    if (arguments.report_fd >= 0) {
        outputs.push_back(std::make_unique<JsonLines>(arguments.report_fd));
    }
    return outputs;
}

} // namespace

RunReporter::RunReporter(const RunArguments &arguments, std::string job,
                         const engine::Progress &progress)
    : arguments_(arguments), job_(std::move(job)), progress_(progress),
      json_(json_outputs(arguments)) {
    if (arguments.form == Form::text && arguments.voice != Voice::silent) {
        view_.emplace(progress, ProgressView::Subject{job_, Activity::run, 0}, arguments.voice);
    }
    if (!json_.empty()) {
        json_ticker_.emplace(kJsonEvery, [this] { offer_progress(); });
    }
}

engine::RunEvents RunReporter::events() {
    engine::RunEvents events;
    events.on_start = [this](const std::string &run_id, const std::stop_token &stop) {
        stop_.emplace(stop); // its limits, too, must not wait for a reader
        write_json(event("start", {{"job", job_}, {"run", run_id}}));
    };
    events.on_warning = [this](const Warning &warning) {
        write_json(event("warning", to_json(warning)));
    };
    events.on_stderr = [this](std::string_view line) {
        write_json(event("stderr", {{"line", one_line(line)}}));
        if (arguments_.voice != Voice::silent) {
            log::info(fmt::format("{}: {}", job_, line));
        }
    };
    return events;
}

void RunReporter::write_json(const nlohmann::ordered_json &object) {
    for (const auto &lines : json_) {
        lines->write(object);
    }
}

void RunReporter::offer_progress() {
    const std::string path = progress_.path();
    const nlohmann::ordered_json progress =
        event("progress", {{"stage", name_of(progress_.stage)},
                           {"bytes_read", progress_.bytes_read.load()},
                           {"bytes_written", progress_.bytes_written.load()},
                           {"bytes_verified", progress_.bytes_verified.load()},
                           {"expected_bytes", progress_.expected_bytes.load()},
                           {"entries", progress_.entries.load()},
                           {"warnings", progress_.warnings.load()},
                           {"path", path.empty() ? nlohmann::ordered_json(nullptr)
                                                 : nlohmann::ordered_json(one_line(path))}});
    for (const auto &lines : json_) {
        lines->offer(progress);
    }
}

void RunReporter::finish(const catalog::RunRecord &record) {
    json_ticker_.reset();
    view_.reset();
    stop_.reset();
    write_json(event("outcome", to_json(record)));
    say_in_text(record);
}

void RunReporter::hold_back(const engine::HeldBack &held) {
    json_ticker_.reset();
    view_.reset();
    stop_.reset();
    write_json(event("held_back",
                     {{"job", job_}, {"reason", held.reason}, {"message", one_line(held.text)}}));
    if (arguments_.voice != Voice::silent) {
        log::warning(fmt::format("{}: no backup now: {} ({})", job_, held.text, held.reason));
    }
}

void RunReporter::say_in_text(const catalog::RunRecord &record) const {
    if (arguments_.voice == Voice::silent) {
        return;
    }
    if (record.outcome == Outcome::success || record.outcome == Outcome::warning) {
        if (arguments_.form == Form::text && arguments_.voice == Voice::normal) {
            print(success_summary(record));
        } else if (record.outcome == Outcome::warning && arguments_.form == Form::text) {
            print_aside(warning_list(record.warnings, record.warning_count));
        }
        return;
    }
    print_error(failure_message(record), record.failure ? record.failure->hint : "");
    if (const std::string figures = partial_figures(record); !figures.empty()) {
        print_aside(fmt::format("until then: {}\n", figures));
    }
}

int tell_not_run(const RunArguments &arguments, const std::vector<std::string> &jobs) {
    std::vector<std::string> names;
    for (const std::string &job : jobs) {
        names.push_back(fmt::format("'{}'", job));
        for (const auto &lines : json_outputs(arguments)) {
            lines->write(event("not_run", {{"job", job}}));
        }
    }
    return print_error(
        Error(ErrorCode::cancelled, fmt::format("stopped: {} {} not run", fmt::join(names, ", "),
                                                jobs.size() == 1 ? "was" : "were")));
}

} // namespace intact::cli
