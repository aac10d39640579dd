// Serves GET and HEAD over HTTP within the daemon's loop; no client makes it wait, and what clients
// can take of it is bounded. Knows no path and no series.
// Source: RFC 9110 and 9112; microhttpd(3).
#pragma once

#include "base/error.hpp"
#include "config/config.hpp"
#include "metrics/http_message.hpp"
#include "systemd/event_loop.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

namespace intact::metrics {

/// How long a client may take, besides metrics.header_timeout= for its request.
struct HttpLimits {
    std::chrono::microseconds idle = std::chrono::seconds(75); ///< between two requests
    std::chrono::microseconds answer = std::chrono::seconds(60);
    /// An answer that has taken so long may be broken off to make room for another client.
    std::chrono::microseconds unhurried = std::chrono::seconds(5);
};

/// Since the server was started.
struct HttpFigures {
    std::map<unsigned, std::uint64_t> answers; ///< by status code, without those to what follows
    std::size_t connections = 0;               ///< open now
    std::uint64_t too_many = 0;  ///< connections ended, or not begun, to make room for others
    std::uint64_t timeout = 0;   ///< connections ended for a request or answer that took too long
    std::uint64_t malformed = 0; ///< what is no HTTP, is too large or breaks off
    std::uint64_t unauthorized = 0; ///< requests without the right name and password
    std::uint64_t tls = 0;          ///< connections that did not get through the handshake
};

/// Thread: one, that of the loop. Its end closes all connections, and removes the Unix sockets that
/// it has made.
class HttpServer {
public:
    struct Impl;

    /// `activated`: sockets that listen already, which stay the caller's; when there are any,
    /// settings.listen counts for nothing. TCP is served by TLS when there is a certificate, Unix
    /// sockets never are; names and passwords are asked for by both. Certificates are read here: a
    /// new server reads them again.
    /// Errors: already_exists when an address is taken; permission_denied, not_found, unsupported
    /// for sockets and certificates that cannot be used.
    static Result<std::unique_ptr<HttpServer>>
    start(systemd::EventLoop &loop, const config::MetricsSettings &settings,
          const std::vector<int> &activated, Handler handler, const HttpLimits &limits = {});
    ~HttpServer();
    HttpServer(const HttpServer &) = delete;
    HttpServer &operator=(const HttpServer &) = delete;

    /// Where it listens; port 0 has become one that was free.
    std::vector<config::ListenAddress> addresses() const;
    HttpFigures figures() const;

private:
    explicit HttpServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace intact::metrics
