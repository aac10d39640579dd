#include "checkup/server.hpp"

#include "os/file.hpp"
#include "os/unique_fd.hpp"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <memory>
#include <netdb.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <utility>

namespace intact::checkup {
namespace {

using config::SourceType;

constexpr int kConnectPatience = 3000; // milliseconds

unsigned usual_port(SourceType type) {
    switch (type) {
    case SourceType::postgresql:
        return 5432;
    case SourceType::mysql:
        return 3306;
    case SourceType::mongodb:
        return 27017;
    default:
        return 6379;
    }
}

/// 0 or what connect(2) says.
int try_address(int family, const sockaddr *address, socklen_t length) {
    const os::UniqueFd fd(socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd || (connect(fd.get(), address, length) != 0 && errno != EINPROGRESS)) {
        return errno;
    }
    pollfd ready{fd.get(), POLLOUT, 0};
    if (poll(&ready, 1, kConnectPatience) <= 0) {
        return ETIMEDOUT;
    }
    int err = 0;
    socklen_t size = sizeof err;
    getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &err, &size);
    return err;
}

Finding found(int err, const std::string &place) {
    if (err != 0) {
        return Finding::error(Error::from_errno(err, "reach the server at " + place)
                                  .with_code(ErrorCode::source_failed));
    }
    return Finding::ok("a server listens at " + place);
}

Finding check_socket(const std::string &path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        return found(ENAMETOOLONG, os::quoted_path(path));
    }
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    return found(try_address(AF_UNIX, reinterpret_cast<const sockaddr *>(&address), sizeof address),
                 os::quoted_path(path));
}

Finding check_host(const std::string &host, unsigned port) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo *list = nullptr;
    const int unknown = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &list);
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(list, freeaddrinfo);
    if (unknown != 0) {
        return Finding::error(ErrorCode::source_failed,
                              fmt::format("source.host=: no address of {}: {}",
                                          os::quoted_path(host), gai_strerror(unknown)),
                              "a name that this host can resolve, or an address");
    }
    int err = EHOSTUNREACH;
    for (const addrinfo *one = addresses.get(); one != nullptr && err != 0; one = one->ai_next) {
        err = try_address(one->ai_family, one->ai_addr, one->ai_addrlen);
    }
    return found(err, fmt::format("{}:{}", host, port));
}

} // namespace

Finding check_server(const config::DatabaseSource &source) {
    const unsigned port = source.port != 0 ? source.port : usual_port(source.type);
    if (!source.socket.empty()) {
        return check_socket(source.socket);
    }
    const bool is_postgresql = source.type == SourceType::postgresql;
    if (is_postgresql && source.host.starts_with('/')) {
        return check_socket(fmt::format("{}/.s.PGSQL.{}", source.host, port));
    }
    // MySQL's tools take this name for their own socket.
    const bool is_local = source.type == SourceType::mysql && source.host == "localhost";
    if (source.host.empty() || is_local) {
        return Finding::skipped("a server that its tool finds, known when it runs");
    }
    return check_host(source.host, port);
}

} // namespace intact::checkup
