#include "metrics/http_daemon.hpp"

#include <cstring>
#include <vector>

namespace intact::metrics {
namespace {

/// Of one connection: its request with all headers, later a part of the answer.
constexpr std::size_t kConnectionMemory = 32 << 10;
/// Nothing older than TLS 1.2, and what GnuTLS holds for good at 128 bits.
constexpr const char *kPriorities = "SECURE128:%SERVER_PRECEDENCE:-VERS-ALL:+VERS-TLS1.3:"
                                    "+VERS-TLS1.2";

template <typename Function>
std::intptr_t as_value(Function function) {
    return reinterpret_cast<std::intptr_t>(function);
}

/// A path is compared as it was sent: what is written with %XX is not found, and "%00" ends none.
std::size_t leave_as_it_is(void *, MHD_Connection *, char *text) {
    return std::strlen(text);
}

} // namespace

Result<std::unique_ptr<HttpDaemon>>
HttpDaemon::start(systemd::EventLoop &loop, unsigned max_connections, std::optional<TlsFiles> tls,
                  const HttpCallbacks &callbacks, std::function<void()> after_turn) {
    std::unique_ptr<HttpDaemon> made(new HttpDaemon(loop, std::move(tls), std::move(after_turn)));
    INTACT_TRY(made->begin(max_connections, callbacks));
    return made;
}

Result<> HttpDaemon::begin(unsigned max_connections, const HttpCallbacks &callbacks) {
    const auto &[context, request, completed, connection, first_line] = callbacks;
    std::vector<MHD_OptionItem> options{
        {MHD_OPTION_CONNECTION_LIMIT, static_cast<std::intptr_t>(max_connections), nullptr},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, static_cast<std::intptr_t>(kConnectionMemory),
         nullptr},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, nullptr},
        {MHD_OPTION_NOTIFY_COMPLETED, as_value(completed), context},
        {MHD_OPTION_NOTIFY_CONNECTION, as_value(connection), context},
        {MHD_OPTION_URI_LOG_CALLBACK, as_value(first_line), context},
        {MHD_OPTION_UNESCAPE_CALLBACK, as_value(&leave_as_it_is), nullptr},
    };
    unsigned flags = MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME;
    if (tls_) {
        flags |= MHD_USE_TLS;
        options.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, tls_->certificate.data()});
        options.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, tls_->key.data()});
        options.push_back({MHD_OPTION_HTTPS_PRIORITIES, 0, const_cast<char *>(kPriorities)});
        if (!tls_->client_ca.empty()) {
            options.push_back({MHD_OPTION_HTTPS_MEM_TRUST, 0, tls_->client_ca.data()});
        }
    }
    options.push_back({MHD_OPTION_END, 0, nullptr});
    daemon_ = MHD_start_daemon(flags, 0, nullptr, nullptr, request, context, MHD_OPTION_ARRAY,
                               options.data(), MHD_OPTION_END);
    const MHD_DaemonInfo *info =
        daemon_ == nullptr ? nullptr : MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_EPOLL_FD);
    if (info == nullptr) {
        return fail(ErrorCode::internal, "start the HTTP server");
    }
    INTACT_TRY_ASSIGN(readable_, loop_.on_readable(info->epoll_fd, [this] { turn(); }));
    return {};
}

HttpDaemon::~HttpDaemon() {
    readable_ = {};
    again_ = {};
    if (daemon_ != nullptr) {
        MHD_stop_daemon(daemon_);
    }
}

bool HttpDaemon::add(os::UniqueFd fd, const sockaddr_storage &address, socklen_t length) {
    return MHD_add_connection(daemon_, fd.release(), reinterpret_cast<const sockaddr *>(&address),
                              length) == MHD_YES;
}

void HttpDaemon::turn() {
    MHD_run(daemon_);
    MHD_UNSIGNED_LONG_LONG patience = 0;
    if (MHD_get_timeout(daemon_, &patience) == MHD_YES && patience == 0 && !again_) {
        if (Result<systemd::Source> again = loop_.soon([this] {
                again_ = {};
                turn();
            })) {
            again_ = *std::move(again);
        }
    }
    after_turn_();
}

} // namespace intact::metrics
