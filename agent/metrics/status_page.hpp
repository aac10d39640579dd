// The page for a person's browser: one table of the jobs, without script and without anything from
// elsewhere. Knows no daemon.
#pragma once

#include "base/clock.hpp"
#include "metrics/http_message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace intact::metrics {

/// Texts are escaped when they are written.
struct JobLine {
    std::string name;
    std::string state;         ///< one word, as 'intact status' has it
    std::string last_result{}; ///< an outcome; "": never ran
    std::optional<WallTime> last_end{};
    std::optional<WallTime> last_success{};
    std::optional<WallTime> next_run{};
    std::optional<WallTime> deadline{}; ///< when a success is overdue
    std::optional<std::uint64_t> newest_size_bytes{};
};

struct StatusPage {
    std::string host;
    std::string version;
    WallTime now{};
    std::string notice; ///< of the agent as a whole, such as that it is paused; may be empty
    std::vector<JobLine> jobs;
};

/// As an answer that is made while it is sent, some hundred jobs at a time.
Answer status_answer(StatusPage page);

} // namespace intact::metrics
