#include "systemd/listen_fds.hpp"

#include <cstdlib>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

namespace intact::systemd {

std::map<std::string, std::vector<int>> take_listening_sockets() {
    std::map<std::string, std::vector<int>> sockets;
    char **names = nullptr;
    const int count = sd_listen_fds_with_names(1, &names);
    for (int i = 0; i < count; ++i) {
        const int fd = SD_LISTEN_FDS_START + i;
        if (sd_is_socket(fd, AF_UNSPEC, SOCK_STREAM, 1) > 0) {
            sockets[names[i]].push_back(fd);
        }
        std::free(names[i]);
    }
    std::free(names);
    return sockets;
}

} // namespace intact::systemd
