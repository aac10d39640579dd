#include "os/event_fd.hpp"

#include <cerrno>
#include <cstdint>
#include <sys/eventfd.h>
#include <unistd.h>

namespace intact::os {

Result<EventFd> EventFd::make() {
    UniqueFd fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!fd) {
        return fail_errno(errno, "make an event descriptor");
    }
    return EventFd(std::move(fd));
}

void EventFd::signal() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t told = write(fd_.get(), &one, sizeof one);
}

void EventFd::clear() const {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t cleared = read(fd_.get(), &count, sizeof count);
}

} // namespace intact::os
