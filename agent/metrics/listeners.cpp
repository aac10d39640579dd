#include "metrics/listeners.hpp"

#include "os/file.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <utility>

namespace intact::metrics {
namespace {

using config::ListenAddress;
using Family = ListenAddress::Family;

/// The group may ask: whoever is to read metrics becomes a member of it.
constexpr mode_t kSocketMode = 0660;

union AnyAddress {
    sockaddr any;
    sockaddr_in ipv4;
    sockaddr_in6 ipv6;
    sockaddr_un unix;
};

Error taken(const std::string &what) {
    return Error(ErrorCode::already_exists, what)
        .with_hint("another program has it: stop that, or change metrics.listen=");
}

AnyAddress unix_address(const std::string &path) {
    AnyAddress address{};
    address.unix.sun_family = AF_UNIX;
    path.copy(address.unix.sun_path, sizeof address.unix.sun_path - 1);
    return address;
}

/// Takes a socket away that nobody answers on any more: one that listens would be left behind by a
/// killed daemon only.
Result<> remove_stale(const std::string &path) {
    struct stat status{};
    if (lstat(path.c_str(), &status) != 0) {
        return errno == ENOENT ? Result<>{} : fail_errno(errno, "look at " + os::quoted_path(path));
    }
    if (!S_ISSOCK(status.st_mode)) {
        return fail(Error(ErrorCode::already_exists, os::quoted_path(path) + " is no socket")
                        .with_hint("remove the file, or change metrics.listen="));
    }
    const os::UniqueFd probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const AnyAddress address = unix_address(path);
    if (connect(probe.get(), &address.any, sizeof address.unix) == 0 || errno != ECONNREFUSED) {
        return fail(taken(fmt::format("somebody listens on {}", os::quoted_path(path))));
    }
    if (unlink(path.c_str()) != 0) {
        return fail_errno(errno, "remove the old socket " + os::quoted_path(path));
    }
    return {};
}

Result<ListenAddress> address_of(int fd) {
    AnyAddress address{};
    socklen_t length = sizeof address;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (getsockname(fd, &address.any, &length) != 0) {
        return fail_errno(errno, "ask a socket for its address");
    }
    switch (address.any.sa_family) {
    case AF_INET:
        inet_ntop(AF_INET, &address.ipv4.sin_addr, text.data(), text.size());
        return ListenAddress{Family::ipv4, text.data(), ntohs(address.ipv4.sin_port)};
    case AF_INET6:
        inet_ntop(AF_INET6, &address.ipv6.sin6_addr, text.data(), text.size());
        return ListenAddress{Family::ipv6, text.data(), ntohs(address.ipv6.sin6_port)};
    case AF_UNIX:
        // One of the abstract namespace has no name that could be shown.
        return ListenAddress{Family::unix, address.unix.sun_path, 0};
    default:
        return fail(ErrorCode::unsupported, "a socket that is neither IP nor Unix");
    }
}

} // namespace

Result<ListeningSocket> ListeningSocket::open(const ListenAddress &address) {
    ListeningSocket made;
    made.address_ = address;
    const Result<> opened = address.family == Family::unix ? made.open_unix() : made.open_inet();
    if (!opened) {
        return fail(Error(opened.error()).within("listen on " + text_of(address)));
    }
    return made;
}

Result<ListeningSocket> ListeningSocket::adopt(int fd) {
    ListeningSocket made;
    INTACT_TRY_ASSIGN(made.address_, address_of(fd));
    // A client that has gone again before it is accepted would stop the loop.
    if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
        return fail_errno(errno, "keep a socket from waiting");
    }
    made.fd_ = fd;
    return made;
}

ListeningSocket::ListeningSocket(ListeningSocket &&other) noexcept
    : fd_(other.fd_), owned_(std::move(other.owned_)), address_(std::move(other.address_)),
      file_(std::exchange(other.file_, {})), identity_(other.identity_) {}

ListeningSocket::~ListeningSocket() {
    struct stat status{};
    if (!file_.empty() && lstat(file_.c_str(), &status) == 0 && status.st_dev == identity_.st_dev &&
        status.st_ino == identity_.st_ino) {
        unlink(file_.c_str());
    }
}

Result<> ListeningSocket::open_unix() {
    INTACT_TRY(remove_stale(address_.host));
    owned_.reset(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    fd_ = owned_.get();
    const AnyAddress address = unix_address(address_.host);
    // Before it has a name, so that it is never open to others; and after, since the umask counts.
    if (fd_ < 0 || fchmod(fd_, kSocketMode) != 0 ||
        bind(fd_, &address.any, sizeof address.unix) != 0) {
        return fail_errno(errno, "make the socket");
    }
    file_ = address_.host;
    if (lstat(file_.c_str(), &identity_) != 0 || chmod(file_.c_str(), kSocketMode) != 0 ||
        listen(fd_, SOMAXCONN) != 0) {
        return fail_errno(errno, "make the socket");
    }
    return {};
}

Result<> ListeningSocket::open_inet() {
    const bool is_ipv6 = address_.family == Family::ipv6;
    AnyAddress address{};
    if (is_ipv6) {
        address.ipv6.sin6_family = AF_INET6;
        address.ipv6.sin6_port = htons(address_.port);
        inet_pton(AF_INET6, address_.host.c_str(), &address.ipv6.sin6_addr);
    } else {
        address.ipv4.sin_family = AF_INET;
        address.ipv4.sin_port = htons(address_.port);
        inet_pton(AF_INET, address_.host.c_str(), &address.ipv4.sin_addr);
    }
    owned_.reset(socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    fd_ = owned_.get();
    const int on = 1;
    if (fd_ < 0 || setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) {
        return fail_errno(errno, "make a socket");
    }
    // So that "0.0.0.0:PORT" beside "[::]:PORT" is no conflict, and each says what it means.
    if (is_ipv6 && setsockopt(fd_, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0) {
        return fail_errno(errno, "keep a socket to IPv6");
    }
    if (bind(fd_, &address.any, is_ipv6 ? sizeof address.ipv6 : sizeof address.ipv4) != 0 ||
        listen(fd_, SOMAXCONN) != 0) {
        return errno == EADDRINUSE ? fail(taken("the address is in use"))
                                   : fail_errno(errno, "take the address");
    }
    INTACT_TRY_ASSIGN(address_, address_of(fd_));
    return {};
}

} // namespace intact::metrics
