// Wakes whoever waits for a descriptor, from another thread. Source: eventfd(2).
#pragma once

#include "base/error.hpp"
#include "os/unique_fd.hpp"

namespace intact::os {

/// Thread: any.
class EventFd {
public:
    /// Errors: io.
    static Result<EventFd> make();

    /// Readable from signal() to clear().
    int fd() const { return fd_.get(); }
    void signal() const;
    void clear() const;

private:
    explicit EventFd(UniqueFd fd) : fd_(std::move(fd)) {}
    UniqueFd fd_;
};

} // namespace intact::os
