// Shows progress on stderr: one line redrawn on a terminal, a line now and then elsewhere. While it
// is there, the log writes around the line.
#pragma once

#include "base/rate.hpp"
#include "cli/arguments.hpp"
#include "cli/progress_line.hpp"
#include "cli/ticker.hpp"

#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace intact::cli {

class ProgressView {
public:
    struct Subject {
        std::string label; ///< job or backup
        Activity activity = Activity::run;
        std::uint64_t stored_bytes = 0; ///< of the archive, where known beforehand
    };
    /// `progress` outlives this. A quiet view shows nothing.
    ProgressView(const engine::Progress &progress, Subject subject, Voice voice);
    /// Leaves no trace of the line.
    ~ProgressView();
    ProgressView(const ProgressView &) = delete;
    ProgressView &operator=(const ProgressView &) = delete;

    /// Lets others write to the terminal without the line in their way. Thread: any.
    void aside(const std::function<void()> &write);

private:
    void tick();
    void erase();
    Figures measure();

    const engine::Progress &progress_;
    const Subject subject_;
    const bool on_terminal_;
    const SteadyTime begun_;
    std::mutex mutex_;
    RateMeter rate_;
    std::string_view phase_;
    bool is_drawn_ = false;
    std::optional<Ticker> ticker_; ///< last: it ends before what it uses
};

} // namespace intact::cli
