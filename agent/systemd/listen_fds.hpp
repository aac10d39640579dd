// Sockets that the service manager has made for this service, and listens on until it starts.
// Source: sd_listen_fds(3), systemd.socket(5).
#pragma once

#include <map>
#include <string>
#include <vector>

namespace intact::systemd {

/// Stream sockets by their FileDescriptorName=. They are closed with the process only. Once, and
/// before any other process is made: the variables that tell of them ($LISTEN_FDS) are taken away.
std::map<std::string, std::vector<int>> take_listening_sockets();

} // namespace intact::systemd
