// A std::stop_token as a descriptor, for waits in poll(2). Knows no reason for the stop.
#pragma once

#include "os/unique_fd.hpp"

#include <optional>
#include <stop_token>

namespace intact::os {

/// fd() becomes readable when the stop is requested, and stays so.
class StopFd {
public:
    explicit StopFd(const std::stop_token &token);
    int fd() const { return event_.get(); }

private:
    struct Raise {
        int fd;
        void operator()() const noexcept;
    };
    UniqueFd event_;
    std::optional<std::stop_callback<Raise>> callback_;
};

/// Waits for readiness of `fd` (POLLIN or POLLOUT) or for the stop.
enum class Wait { ready, stopped };
Wait wait_for(int fd, short events, const StopFd &stop);

} // namespace intact::os
