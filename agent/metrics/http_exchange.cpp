// One request and its answer, between the library's callbacks and our handler.
#include "metrics/basic_auth.hpp"
#include "metrics/http_server_impl.hpp"
#include "metrics/tls_session.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string_view>

namespace intact::metrics {
namespace {

using Phase = Client::Phase;

/// What the library asks for at once; a piece of the body goes out in parts of it.
constexpr std::size_t kBlock = 32 << 10;

struct Header {
    const char *name;
    const char *value;
};

/// Of every answer. A page has no script and takes nothing from elsewhere.
constexpr std::array<Header, 4> kAlways{{
    {"X-Content-Type-Options", "nosniff"},
    {"Content-Security-Policy",
     "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"},
    {"Cache-Control", "no-store"},
    {"Referrer-Policy", "no-referrer"},
}};

/// A body that is asked for piece by piece.
struct Pieces {
    std::function<std::string()> more;
    std::string piece;
    std::size_t taken = 0;

    static ssize_t read(void *context, std::uint64_t, char *buffer, std::size_t room) {
        auto &pieces = *static_cast<Pieces *>(context);
        if (pieces.taken == pieces.piece.size()) {
            pieces.piece = pieces.more();
            pieces.taken = 0;
        }
        const std::size_t count = std::min(room, pieces.piece.size() - pieces.taken);
        if (count == 0) {
            return MHD_CONTENT_READER_END_OF_STREAM;
        }
        pieces.taken += pieces.piece.copy(buffer, count, pieces.taken);
        return static_cast<ssize_t>(count);
    }

    static void end(void *context) { delete static_cast<Pieces *>(context); }
};

Client &client_of(MHD_Connection *connection) {
    const MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return *static_cast<Client *>(info->socket_context);
}

std::string_view header_of(MHD_Connection *connection, const char *name) {
    const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
    return value == nullptr ? std::string_view() : value;
}

bool has_body(MHD_Connection *connection) {
    const std::string_view length = header_of(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return !header_of(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING).empty() ||
           (!length.empty() && length != "0");
}

/// Of a connection that may have been TCP.
bool has_sent_anything(int fd) {
    tcp_info info{};
    socklen_t length = sizeof info;
    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0 &&
           info.tcpi_bytes_received > 0;
}

HttpServer::Impl &impl_of(void *context) {
    return *static_cast<HttpServer::Impl *>(context);
}

} // namespace

Answer text_answer(unsigned status, std::string_view line) {
    return {status, std::string(kPlainText), std::string(line) + "\n", nullptr};
}

HttpCallbacks callbacks_of(HttpServer::Impl *impl) {
    HttpCallbacks callbacks{};
    callbacks.context = impl;
    callbacks.request = [](void *context, MHD_Connection *connection, const char *url,
                           const char *method, const char *, const char *, std::size_t *,
                           void **) noexcept {
        return impl_of(context).got_request(client_of(connection), url, method);
    };
    callbacks.completed = [](void *context, MHD_Connection *connection, void **,
                             MHD_RequestTerminationCode) noexcept {
        impl_of(context).completed(client_of(connection));
    };
    callbacks.connection = [](void *context, MHD_Connection *connection, void **own,
                              MHD_ConnectionNotificationCode code) noexcept {
        if (code == MHD_CONNECTION_NOTIFY_STARTED) {
            impl_of(context).joined(connection, own);
        } else {
            impl_of(context).left(*static_cast<Client *>(*own));
        }
    };
    callbacks.first_line = [](void *context, const char *,
                              MHD_Connection *connection) noexcept -> void * {
        impl_of(context).got_first_line(client_of(connection));
        return nullptr;
    };
    return callbacks;
}

void HttpServer::Impl::joined(MHD_Connection *connection, void **context) {
    Client &client = *std::exchange(joining, nullptr);
    client.connection = connection;
    *context = &client;
    if (client.is_secure) {
        const MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
        prepare_session(info->tls_session, client,
                        settings.client_ca.empty() ? ClientCertificate::none
                                                   : ClientCertificate::required);
    }
}

void HttpServer::Impl::left(Client &client) {
    const bool is_early = client.ended == Client::Ended::by_itself && !client.has_asked &&
                          has_sent_anything(client.fd);
    if (client.ended == Client::Ended::for_room) {
        ++figures.too_many;
    } else if (client.ended == Client::Ended::for_time && client.phase != Phase::idle) {
        ++figures.timeout;
    } else if (is_early && !client.has_handshake) {
        ++figures.tls;
    } else if (is_early) {
        ++figures.malformed;
    }
    clients.remove(client);
}

void HttpServer::Impl::got_first_line(Client &client) {
    // The first request has been coming since the connection was made.
    if (client.phase != Phase::reading) {
        ClientTable::enter(client, Phase::reading, now());
    }
    client.has_asked = true;
}

void HttpServer::Impl::completed(Client &client) {
    if (!client.has_headers && client.ended == Client::Ended::by_itself) {
        ++figures.malformed; // answered by the library, or broken off
    }
    client.has_headers = false;
    client.verdict = Client::Verdict::none;
    if (client.ended == Client::Ended::by_itself) {
        ClientTable::enter(client, Phase::idle, now());
    }
}

MHD_Result HttpServer::Impl::got_request(Client &client, const char *url, const char *method) {
    if (!client.has_headers) {
        client.is_head = std::strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
        client.has_headers = true;
        ClientTable::enter(client, Phase::answering, now());
        if (!client.is_head && std::strcmp(method, MHD_HTTP_METHOD_GET) != 0) {
            return send(client, text_answer(MHD_HTTP_METHOD_NOT_ALLOWED, "GET and HEAD only"),
                        MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
        }
        if (has_body(client.connection)) {
            return send(client, text_answer(MHD_HTTP_CONTENT_TOO_LARGE, "no body, please"),
                        MHD_HTTP_HEADER_CONNECTION, "close");
        }
        return MHD_YES; // called again when the request is whole
    }
    if (!checker || client.verdict == Client::Verdict::right) {
        return answer(client, url);
    }
    return client.verdict == Client::Verdict::none ? authorize(client, url) : refuse(client);
}

MHD_Result HttpServer::Impl::answer(Client &client, const char *url) {
    const std::string_view accept = header_of(client.connection, MHD_HTTP_HEADER_ACCEPT);
    return send(client, handler({url, std::string(accept), client.is_head}));
}

MHD_Result HttpServer::Impl::authorize(Client &client, const char *url) {
    std::optional<Credentials> credentials =
        parse_basic(header_of(client.connection, MHD_HTTP_HEADER_AUTHORIZATION));
    if (!credentials) {
        return refuse(client);
    }
    switch (checker->ask(*std::move(credentials), &client)) {
    case PasswordChecker::Reply::right:
        return answer(client, url);
    case PasswordChecker::Reply::busy:
        return send(client, text_answer(MHD_HTTP_SERVICE_UNAVAILABLE, "too many ask at once"),
                    MHD_HTTP_HEADER_RETRY_AFTER, "1");
    default:
        ClientTable::enter(client, Phase::checking, now());
        MHD_suspend_connection(client.connection);
        return MHD_YES; // called again by take_verdicts()
    }
}

MHD_Result HttpServer::Impl::refuse(Client &client) {
    ++figures.unauthorized;
    return send(client, text_answer(MHD_HTTP_UNAUTHORIZED, "name and password, please"),
                MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Basic realm=\"intact\", charset=\"UTF-8\"");
}

void HttpServer::Impl::take_verdicts() {
    for (const PasswordChecker::Checked &one : checker->done()) {
        // Still there: the library looks at no connection that sleeps.
        Client &client = *static_cast<Client *>(one.whom);
        client.verdict = one.is_right ? Client::Verdict::right : Client::Verdict::wrong;
        ClientTable::enter(client, Phase::answering, now());
        MHD_resume_connection(client.connection);
    }
    plain->turn();
    if (secure) {
        secure->turn();
    }
}

MHD_Result HttpServer::Impl::send(Client &client, const Answer &answer, const char *header,
                                  const char *value) {
    MHD_Response *response =
        answer.more
            ? MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, kBlock, &Pieces::read,
                                                new Pieces{answer.more, "", 0}, &Pieces::end)
            : MHD_create_response_from_buffer(answer.body.size(),
                                              const_cast<char *>(answer.body.data()),
                                              MHD_RESPMEM_MUST_COPY);
    if (response == nullptr) {
        return MHD_NO; // out of memory: the connection ends
    }
    // The library ends a chunked answer to HEAD with the end of a body that is not there (0.9.75),
    // and whoever asks next on that connection reads it. HTTP/1.0 has no chunks, and closes.
    if (client.is_head && answer.more) {
        MHD_set_response_options(response, MHD_RF_HTTP_VERSION_1_0_RESPONSE, MHD_RO_END);
    }
    for (const Header &one : kAlways) {
        MHD_add_response_header(response, one.name, one.value);
    }
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer.content_type.c_str());
    if (header != nullptr) {
        MHD_add_response_header(response, header, value);
    }
    const MHD_Result queued = MHD_queue_response(client.connection, answer.status, response);
    MHD_destroy_response(response);
    if (queued == MHD_YES) {
        ++figures.answers[answer.status];
    }
    return queued;
}

} // namespace intact::metrics
