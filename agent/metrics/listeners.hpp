// Sockets that listen: made by their addresses, or taken as systemd handed them over.
// Source: unix(7), ipv6(7), systemd.socket(5).
#pragma once

#include "base/error.hpp"
#include "config/listen_address.hpp"
#include "os/unique_fd.hpp"

#include <string>
#include <sys/stat.h>

namespace intact::metrics {

/// A Unix socket's file is removed at the end, when it is still the one that was made here.
class ListeningSocket {
public:
    /// Errors: already_exists when somebody listens there, or a file of another kind has the name;
    /// the system's.
    static Result<ListeningSocket> open(const config::ListenAddress &address);
    /// `fd` stays the caller's. Errors: unsupported when it is of another kind.
    static Result<ListeningSocket> adopt(int fd);
    ListeningSocket(ListeningSocket &&other) noexcept;
    ListeningSocket &operator=(ListeningSocket &&) = delete;
    ~ListeningSocket();

    int fd() const { return fd_; }
    /// With the port that the system has chosen for 0.
    const config::ListenAddress &address() const { return address_; }

private:
    ListeningSocket() = default;
    Result<> open_unix();
    Result<> open_inet();

    int fd_ = -1;
    os::UniqueFd owned_; ///< the same, unless it is somebody else's
    config::ListenAddress address_;
    std::string file_; ///< to be removed, or ""
    struct stat identity_{};
};

} // namespace intact::metrics
