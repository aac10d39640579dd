// What may be asked of the daemon, by whatever way. The daemon is one.
#pragma once

#include "base/error.hpp"
#include "control/state.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace intact::control {

enum class Cancelling : std::uint8_t {
    dropped,  ///< it had not begun, or was between two attempts
    stopping, ///< the run ends by itself now, or is killed after a while
};

struct ReloadResult {
    bool is_taken = false;
    std::vector<std::string> remarks; ///< errors and warnings, each with file:line:column
};

/// Thread: that of the loop. Nothing here waits.
class Agent {
public:
    using Answer = std::function<void(const Result<> &)>;
    virtual ~Agent() = default;

    virtual AgentState state() const = 0;
    /// Errors: not_found.
    virtual Result<JobState> job(const std::string &job) const = 0;
    virtual std::vector<JobState> jobs() const = 0;

    /// Now, or as soon as there is room. Errors: not_found; locked when it runs already; cancelled
    /// when the daemon is being stopped.
    virtual Result<> run_now(const std::string &job) = 0;
    /// Errors: not_found, also when nothing of it runs or waits.
    virtual Result<Cancelling> cancel(const std::string &job) = 0;
    /// Empty job: all. Answered when that is durable. Errors: not_found; catalog_failed.
    virtual void pause(const std::string &job, std::optional<WallTime> until, Answer answer) = 0;
    virtual void resume(const std::string &job, Answer answer) = 0;
    /// All new, or all as before. Errors: cancelled when the daemon is starting or being stopped.
    virtual Result<ReloadResult> load_again() = 0;
    /// The host's clock is right, whatever it showed before. Answered when that is durable.
    virtual void accept_clock(Answer answer) = 0;
};

} // namespace intact::control
