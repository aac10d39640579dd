// Sockets as a service manager hands them over, in a process of their own.
#include "systemd/listen_fds.hpp"

#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace intact::systemd {
namespace {

using Sockets = std::map<std::string, std::vector<int>>;

int listening_socket() {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    listen(fd, 1);
    return fd;
}

/// Descriptors 3 to 6: two sockets that listen, a file, a socket that does not.
[[noreturn]] void take_and_exit(const std::string &pid) {
    const std::array<int, 4> fds{listening_socket(), listening_socket(),
                                 open("/dev/null", O_RDONLY), socket(AF_INET, SOCK_STREAM, 0)};
    std::array<int, 4> away{};
    for (std::size_t i = 0; i < fds.size(); ++i) {
        away[i] = fcntl(fds[i], F_DUPFD, 100);
    }
    for (std::size_t i = 0; i < fds.size(); ++i) {
        dup2(away[i], 3 + static_cast<int>(i));
    }
    setenv("LISTEN_PID", pid.c_str(), 1);
    setenv("LISTEN_FDS", "4", 1);
    setenv("LISTEN_FDNAMES", "metrics:other:metrics:metrics", 1);
    const bool is_ours = pid == std::to_string(getpid());
    const Sockets expected = is_ours ? Sockets{{"metrics", {3}}, {"other", {4}}} : Sockets{};
    const bool is_right = take_listening_sockets() == expected;
    const bool is_kept_from_children =
        !is_ours || (fcntl(3, F_GETFD) == FD_CLOEXEC && getenv("LISTEN_FDS") == nullptr);
    _exit(is_right && is_kept_from_children ? 0 : 1);
}

TEST(ListeningSockets, are_taken_by_their_names) {
    EXPECT_EXIT(take_and_exit(std::to_string(getpid())), testing::ExitedWithCode(0), "");
}

TEST(ListeningSockets, of_another_process_are_not_ours) {
    EXPECT_EXIT(take_and_exit("1"), testing::ExitedWithCode(0), "");
}

TEST(ListeningSockets, are_none_without_a_manager) {
    EXPECT_TRUE(take_listening_sockets().empty());
}

} // namespace
} // namespace intact::systemd
