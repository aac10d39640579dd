#include "cli/output.hpp"

#include "base/log.hpp"
#include "os/stop_fd.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <limits>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace intact::cli {
namespace {

constexpr int kPauseMsec = 10;

struct CurrentStop {
    std::mutex mutex;
    std::stop_token token;
};

// One for the process, as its standard streams are.
CurrentStop &current_stop() {
    static CurrentStop instance;
    return instance;
}

std::stop_token stop_now() {
    const std::lock_guard lock(current_stop().mutex);
    return current_stop().token;
}

std::stop_token exchange_stop(std::stop_token stop) {
    const std::lock_guard lock(current_stop().mutex);
    return std::exchange(current_stop().token, std::move(stop));
}

struct Standard {
    std::optional<Output> out;
    std::optional<Output> error;
};

Standard &standard() {
    static Standard instance;
    return instance;
}

// O_NONBLOCK set on the descriptor itself would reach everybody who has the same pipe or terminal.
int open_without_blocking(int fd, const struct stat &status) {
    if (!S_ISFIFO(status.st_mode) && isatty(fd) == 0) {
        return -1;
    }
    return open(fmt::format("/proc/self/fd/{}", fd).c_str(),
                O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

} // namespace

Output::Output(int fd) : fd_(fd), most_at_once_(std::numeric_limits<int>::max()) {
    struct stat status{};
    if (fstat(fd, &status) != 0 || S_ISREG(status.st_mode)) {
        return;
    }
    own_.reset(open_without_blocking(fd, status));
    if (own_.get() >= 0) {
        fd_ = own_.get();
    } else {
        most_at_once_ = PIPE_BUF; // what a writable one surely takes (pipe(7))
    }
}

void Output::write(std::string_view text) {
    const std::lock_guard lock(mutex_);
    if (errno_ != 0) {
        return;
    }
    if (!finish_rest(Urgency::wait)) {
        was_cut_by_stop_ = true;
        return;
    }
    const std::string_view left = send(text, Urgency::wait);
    was_cut_by_stop_ = was_cut_by_stop_ || !left.empty();
    // A text that was begun is finished first if more is ever said, so that lines stay lines.
    rest_ = left.size() == text.size() ? "" : left;
}

void Output::offer(std::string_view text) {
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock || errno_ != 0 || !finish_rest(Urgency::drop)) {
        return;
    }
    const std::string_view left = send(text, Urgency::drop);
    rest_ = left.size() == text.size() ? "" : left;
}

std::optional<Error> Output::failure() const {
    const std::lock_guard lock(mutex_);
    if (errno_ != 0) {
        return Error::from_errno(errno_, "write");
    }
    if (was_cut_by_stop_) {
        return Error(ErrorCode::cancelled, "stopped while its reader did not read");
    }
    return std::nullopt;
}

bool Output::finish_rest(Urgency urgency) {
    if (!rest_.empty()) {
        rest_ = std::string(send(rest_, urgency));
    }
    return rest_.empty() && errno_ == 0;
}

/// Returns what is left of it: nothing after an error.
std::string_view Output::send(std::string_view text, Urgency urgency) {
    while (!text.empty() && is_ready(urgency)) {
        const ssize_t count = ::write(fd_, text.data(), std::min(text.size(), most_at_once_));
        if (count >= 0) {
            text.remove_prefix(static_cast<std::size_t>(count));
        } else if (errno == EAGAIN) {
            // A terminal is called writable when it has room for one byte, but takes "\n" as two.
            if (urgency == Urgency::drop || stop_now().stop_requested()) {
                break;
            }
            poll(nullptr, 0, kPauseMsec);
        } else if (errno != EINTR) {
            errno_ = errno;
            return {};
        }
    }
    return text;
}

bool Output::is_ready(Urgency urgency) const {
    pollfd one{fd_, POLLOUT, 0};
    if (poll(&one, 1, 0) != 0) {
        return true; // or an error, which the write tells
    }
    return urgency == Urgency::wait &&
           os::wait_for(fd_, POLLOUT, os::StopFd(stop_now())) == os::Wait::ready;
}

OutputStop::OutputStop(std::stop_token stop) : before_(exchange_stop(std::move(stop))) {}

OutputStop::~OutputStop() {
    exchange_stop(std::move(before_));
}

StandardOutputs::StandardOutputs() {
    standard().out.emplace(STDOUT_FILENO);
    standard().error.emplace(STDERR_FILENO);
    log::write_to([](std::string_view line) { standard_error().write(line); });
}

StandardOutputs::~StandardOutputs() {
    log::write_to({});
    standard().out.reset();
    standard().error.reset();
}

Output &standard_output() {
    return standard().out ? *standard().out : standard().out.emplace(STDOUT_FILENO);
}

Output &standard_error() {
    return standard().error ? *standard().error : standard().error.emplace(STDERR_FILENO);
}

} // namespace intact::cli
