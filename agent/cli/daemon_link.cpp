#include "cli/daemon_link.hpp"

#include <array>
#include <poll.h>

namespace intact::cli {

Result<std::unique_ptr<control::Client>> reach_daemon(const Session &session) {
    return control::Client::connect(session.globals.bus);
}

Result<News> await_news(control::Client &client, std::chrono::milliseconds patience,
                        const os::StopFd &stop) {
    std::array<pollfd, 2> fds{pollfd{stop.fd(), POLLIN, 0}, pollfd{client.fd(), POLLIN, 0}};
    const int ready = poll(fds.data(), fds.size(), static_cast<int>(patience.count()));
    if (fds[0].revents != 0) {
        return News::stopped;
    }
    // What came along with an answer lies in the connection, not in the descriptor.
    INTACT_TRY(client.take_what_came());
    return ready > 0 ? News::came : News::none;
}

} // namespace intact::cli
