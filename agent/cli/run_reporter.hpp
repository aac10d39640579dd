// Tells of one run: to people on the terminal, to programs as JSON lines. Decides nothing.
#pragma once

#include "catalog/run_record.hpp"
#include "cli/arguments.hpp"
#include "cli/json_lines.hpp"
#include "cli/progress_view.hpp"
#include "engine/conditions.hpp"
#include "engine/run.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace intact::cli {

class RunReporter {
public:
    /// All outlive this. It shows progress until finish().
    RunReporter(const RunArguments &arguments, std::string job, const engine::Progress &progress);

    engine::RunEvents events();
    void finish(const catalog::RunRecord &record);
    /// Instead: there is no run.
    void hold_back(const engine::HeldBack &held);

private:
    void write_json(const nlohmann::ordered_json &object);
    void offer_progress();
    void say_in_text(const catalog::RunRecord &record) const;

    const RunArguments &arguments_;
    const std::string job_;
    const engine::Progress &progress_;
    std::vector<std::unique_ptr<JsonLines>> json_;
    std::optional<OutputStop> stop_; ///< the run's own stop, while it goes on
    std::optional<ProgressView> view_;
    std::optional<Ticker> json_ticker_; ///< last: it ends before what it uses
};

/// The jobs that a stop kept from running; returns the exit code that belongs to it.
int tell_not_run(const RunArguments &arguments, const std::vector<std::string> &jobs);

} // namespace intact::cli
