#include "os/stop_fd.hpp"

#include <array>
#include <cstdint>
#include <poll.h>
#include <sys/eventfd.h>

namespace intact::os {

void StopFd::Raise::operator()() const noexcept {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(fd, &one, sizeof one);
}

StopFd::StopFd(const std::stop_token &token) : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    callback_.emplace(token, Raise{event_.get()});
}

Wait wait_for(int fd, short events, const StopFd &stop) {
    std::array<pollfd, 2> fds{pollfd{fd, events, 0}, pollfd{stop.fd(), POLLIN, 0}};
    while (poll(fds.data(), fds.size(), -1) < 0) {
    }
    return (fds[1].revents & POLLIN) != 0 ? Wait::stopped : Wait::ready;
}

} // namespace intact::os
