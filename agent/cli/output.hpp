// Text to a descriptor whose reader may be slow, stopped or gone: it can neither hold up a stop nor
// cut the text short unseen. Knows no event and no terminal.
#pragma once

#include "base/error.hpp"
#include "os/unique_fd.hpp"

#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace intact::cli {

/// Thread: any; texts do not mix.
class Output {
public:
    /// `fd` is borrowed. SIGPIPE is the caller's to ignore.
    explicit Output(int fd);
    Output(const Output &) = delete;
    Output &operator=(const Output &) = delete;

    /// The whole text. Waits for a reader that is slow, at most until the stop (see OutputStop).
    void write(std::string_view text);
    /// For what is soon out of date: dropped when the reader does not keep up.
    void offer(std::string_view text);
    /// Why a part of what was written is missing; what came after the first error is missing, too.
    std::optional<Error> failure() const;

private:
    enum class Urgency { wait, drop };
    std::string_view send(std::string_view text, Urgency urgency);
    bool finish_rest(Urgency urgency);
    bool is_ready(Urgency urgency) const;

    os::UniqueFd
        own_; ///< the same pipe or terminal, opened anew so that it does not block; or none
    int fd_;
    std::size_t most_at_once_;
    mutable std::mutex mutex_;
    std::string rest_; ///< of a text that was begun
    int errno_ = 0;
    bool was_cut_by_stop_ = false;
};

/// While it lives, `stop` ends the waits of all outputs. They nest.
class OutputStop {
public:
    explicit OutputStop(std::stop_token stop);
    ~OutputStop();
    OutputStop(const OutputStop &) = delete;
    OutputStop &operator=(const OutputStop &) = delete;

private:
    std::stop_token before_;
};

/// stdout and stderr as they are now, for as long as it lives; the log goes there as well.
/// Thread: made and ended while there is only one.
class StandardOutputs {
public:
    StandardOutputs();
    ~StandardOutputs();
    StandardOutputs(const StandardOutputs &) = delete;
    StandardOutputs &operator=(const StandardOutputs &) = delete;
};
Output &standard_output();
Output &standard_error();

} // namespace intact::cli
