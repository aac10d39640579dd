// One daemon of libmicrohttpd, turned by our loop: it has no thread and no listening socket of its
// own. Private to this folder.
#pragma once

#include "base/error.hpp"
#include "metrics/tls_files.hpp"
#include "os/unique_fd.hpp"
#include "systemd/event_loop.hpp"

#include <functional>
#include <memory>
#include <microhttpd.h>
#include <optional>
#include <sys/socket.h>

namespace intact::metrics {

/// What the library calls back, with `context` first.
struct HttpCallbacks {
    void *context;
    MHD_AccessHandlerCallback request;
    MHD_RequestCompletedCallback completed;
    MHD_NotifyConnectionCallback connection;
    void *(*first_line)(void *context, const char *uri, MHD_Connection *connection);
};

class HttpDaemon {
public:
    /// `after_turn` is called whenever clients may have come further. Errors: internal; unsupported
    /// for certificates.
    static Result<std::unique_ptr<HttpDaemon>>
    start(systemd::EventLoop &loop, unsigned max_connections, std::optional<TlsFiles> tls,
          const HttpCallbacks &callbacks, std::function<void()> after_turn);
    ~HttpDaemon();
    HttpDaemon(const HttpDaemon &) = delete;
    HttpDaemon &operator=(const HttpDaemon &) = delete;

    /// Closes the socket when it returns false.
    bool add(os::UniqueFd fd, const sockaddr_storage &address, socklen_t length);
    /// Serves what is ready, a bit of each client; then again when the loop has been round.
    void turn();

private:
    HttpDaemon(systemd::EventLoop &loop, std::optional<TlsFiles> tls,
               std::function<void()> after_turn)
        : loop_(loop), tls_(std::move(tls)), after_turn_(std::move(after_turn)) {}
    Result<> begin(unsigned max_connections, const HttpCallbacks &callbacks);

    systemd::EventLoop &loop_;
    std::optional<TlsFiles> tls_;
    std::function<void()> after_turn_;
    MHD_Daemon *daemon_ = nullptr;
    systemd::Source readable_;
    systemd::Source again_;
};

} // namespace intact::metrics
