// What a run's process tells on its report descriptor: JSON lines, from a process that may be
// broken. Knows no process.
#pragma once

#include "base/error.hpp"
#include "base/outcome.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace intact::daemon {

/// The figures of a run under way, see engine::Progress.
struct RunProgress {
    std::string stage;
    std::uint64_t bytes_read = 0;
    std::uint64_t bytes_written = 0;
    std::uint64_t bytes_verified = 0;
    std::uint64_t expected_bytes = 0; ///< of the stream, from the last run; 0: unknown
    std::uint64_t entries = 0;

    friend bool operator==(const RunProgress &, const RunProgress &) = default;
};

/// How a run ended, from its own report or from what became of its process.
struct RunResult {
    Outcome outcome = Outcome::failure;
    std::string held_back; ///< the condition that kept it from beginning, one word; empty: it began
    std::string code;      ///< name_of(ErrorCode), of a failure
    std::string message;   ///< one line
    std::string hint;
    std::string archive;
    std::uint64_t bytes_read = 0;
    std::uint64_t bytes_written = 0;
    std::uint64_t entries = 0;
    std::uint64_t warnings = 0;
    bool is_suspicious = false; ///< what it published is not what the job expects
};

/// Puts lines together from what is read in pieces. What is no report makes it broken for good.
class Report {
public:
    void take(std::string_view bytes);

    const RunProgress &progress() const { return progress_; }
    const std::optional<RunResult> &result() const { return result_; }
    /// Why it cannot be believed.
    const std::optional<std::string> &flaw() const { return flaw_; }

private:
    void take_line(std::string_view line);

    std::string partial_;
    RunProgress progress_;
    std::optional<RunResult> result_;
    std::optional<std::string> flaw_;
};

} // namespace intact::daemon
