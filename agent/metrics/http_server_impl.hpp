// The server between its parts: listening sockets, clients, the library's daemons. Private to this
// folder.
#pragma once

#include "metrics/client_table.hpp"
#include "metrics/http_daemon.hpp"
#include "metrics/http_server.hpp"
#include "metrics/listeners.hpp"
#include "metrics/password_checker.hpp"

#include <deque>

namespace intact::metrics {

struct HttpServer::Impl {
    using Time = ClientTable::Time;

    Impl(systemd::EventLoop &in, const config::MetricsSettings &with, Handler by,
         const HttpLimits &limits);
    ~Impl();
    Impl(const Impl &) = delete;
    Impl &operator=(const Impl &) = delete;

    // Of http_server.cpp:
    Result<> open_sockets(const std::vector<int> &activated);
    Result<> start_daemons();
    Result<> listen();
    void accept_from(ListeningSocket &socket);
    void admit(os::UniqueFd fd, HttpDaemon &daemon, const sockaddr_storage &address,
               socklen_t length);
    bool make_room();
    void end(Client &client, Client::Ended why);
    void end_overdue();
    void set_timer();
    bool is_tls(const ListeningSocket &socket) const;
    HttpDaemon &daemon_of(bool is_secure) { return is_secure ? *secure : *plain; }
    static Time now();

    // Of http_exchange.cpp, called by the library:
    void joined(MHD_Connection *connection, void **context);
    void left(Client &client);
    void got_first_line(Client &client);
    MHD_Result got_request(Client &client, const char *url, const char *method);
    void completed(Client &client);
    MHD_Result answer(Client &client, const char *url);
    MHD_Result authorize(Client &client, const char *url);
    MHD_Result refuse(Client &client);
    void take_verdicts();
    MHD_Result send(Client &client, const Answer &answer, const char *header = nullptr,
                    const char *value = nullptr);

    systemd::EventLoop &loop;
    const config::MetricsSettings settings;
    const Handler handler;
    ClientTable clients;
    HttpFigures figures;
    std::deque<ListeningSocket> sockets;
    std::unique_ptr<HttpDaemon> plain;
    std::unique_ptr<HttpDaemon> secure;
    std::vector<systemd::Source>
        incoming; ///< one for each socket; none while descriptors are short
    std::unique_ptr<PasswordChecker> checker; ///< null: everybody may ask
    systemd::Source verdicts;
    systemd::Timer deadline;
    std::optional<Time> deadline_set;
    systemd::Timer rest;
    Client *joining = nullptr; ///< who is being handed to the library just now
};

HttpCallbacks callbacks_of(HttpServer::Impl *impl);

} // namespace intact::metrics
