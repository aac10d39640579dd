#include "metrics/http_server.hpp"

#include "metrics/http_server_impl.hpp"

#include <algorithm>
#include <cerrno>
#include <ctime>

namespace intact::metrics {
namespace {

/// Then others have their turn; who waits to be accepted may have sent a request by now.
constexpr int kAcceptedAtOnce = 16;
constexpr std::chrono::seconds kRest{1};

} // namespace

HttpServer::Impl::Impl(systemd::EventLoop &in, const config::MetricsSettings &with, Handler by,
                       const HttpLimits &limits)
    : loop(in), settings(with), handler(std::move(by)),
      clients({with.header_timeout, limits.idle, limits.answer, limits.unhurried}) {}

HttpServer::Impl::~Impl() {
    incoming.clear();
    verdicts = {};
    checker.reset();
    // The library ends the program over one that sleeps when its end comes.
    for (const Client &client : clients.all()) {
        if (client.phase == Client::Phase::checking) {
            MHD_resume_connection(client.connection);
        }
    }
}

HttpServer::Impl::Time HttpServer::Impl::now() {
    timespec time{};
    clock_gettime(CLOCK_BOOTTIME, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_nsec / 1000);
}

Result<> HttpServer::Impl::open_sockets(const std::vector<int> &activated) {
    for (const int fd : activated) {
        INTACT_TRY_ASSIGN(ListeningSocket socket, ListeningSocket::adopt(fd));
        sockets.push_back(std::move(socket));
    }
    if (activated.empty()) {
        for (const config::ListenAddress &address : settings.listen) {
            INTACT_TRY_ASSIGN(ListeningSocket socket, ListeningSocket::open(address));
            sockets.push_back(std::move(socket));
        }
    }
    return {};
}

bool HttpServer::Impl::is_tls(const ListeningSocket &socket) const {
    return !settings.certificate.empty() &&
           socket.address().family != config::ListenAddress::Family::unix;
}

Result<> HttpServer::Impl::start_daemons() {
    INTACT_TRY_ASSIGN(std::optional<TlsFiles> tls, read_tls_files(settings));
    const auto count = static_cast<unsigned>(settings.max_connections);
    if (tls) {
        INTACT_TRY_ASSIGN(secure, HttpDaemon::start(loop, count, std::move(tls), callbacks_of(this),
                                                    [this] { set_timer(); }));
    }
    INTACT_TRY_ASSIGN(plain, HttpDaemon::start(loop, count, std::nullopt, callbacks_of(this),
                                               [this] { set_timer(); }));
    if (!settings.users.empty()) {
        INTACT_TRY_ASSIGN(checker, PasswordChecker::start(settings.users));
        INTACT_TRY_ASSIGN(verdicts, loop.on_readable(checker->fd(), [this] { take_verdicts(); }));
    }
    INTACT_TRY_ASSIGN(deadline, loop.timer(systemd::TimerClock::boot, [this] { end_overdue(); }));
    INTACT_TRY_ASSIGN(rest, loop.timer(systemd::TimerClock::boot, [this] {
        if (!listen()) {
            rest.set(now() + kRest);
        }
    }));
    return {};
}

Result<> HttpServer::Impl::listen() {
    for (ListeningSocket &socket : sockets) {
        INTACT_TRY_ASSIGN(systemd::Source source,
                          loop.on_readable(socket.fd(), [this, &socket] { accept_from(socket); }));
        incoming.push_back(std::move(source));
    }
    return {};
}

void HttpServer::Impl::accept_from(ListeningSocket &socket) {
    HttpDaemon &daemon = daemon_of(is_tls(socket));
    for (int i = 0; i < kAcceptedAtOnce; ++i) {
        sockaddr_storage address{};
        socklen_t length = sizeof address;
        os::UniqueFd fd(accept4(socket.fd(), reinterpret_cast<sockaddr *>(&address), &length,
                                SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (fd) {
            admit(std::move(fd), daemon, address, length);
            continue;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            // Whoever waits would wake the loop again and again.
            incoming.clear();
            rest.set(now() + kRest);
            break;
        }
        if (errno == EAGAIN) {
            break;
        }
        // The client has gone again, or its network; the next one counts.
    }
    daemon.turn();
}

void HttpServer::Impl::admit(os::UniqueFd fd, HttpDaemon &daemon, const sockaddr_storage &address,
                             socklen_t length) {
    if (clients.size() >= settings.max_connections && !make_room()) {
        ++figures.too_many;
        return;
    }
    Client &client = clients.add(fd.get(), now());
    client.is_secure = &daemon == secure.get();
    client.has_handshake = !client.is_secure;
    joining = &client;
    if (!daemon.add(std::move(fd), address, length) && joining != nullptr) {
        clients.remove(client);
    }
    joining = nullptr;
}

bool HttpServer::Impl::make_room() {
    Client *dispensable = clients.most_dispensable(now());
    if (dispensable == nullptr) {
        return false;
    }
    HttpDaemon &daemon = daemon_of(dispensable->is_secure);
    end(*dispensable, Client::Ended::for_room);
    daemon.turn();
    return clients.size() < settings.max_connections;
}

void HttpServer::Impl::end(Client &client, Client::Ended why) {
    client.ended = why;
    // The library sees that the connection has ended, and closes it.
    shutdown(client.fd, SHUT_RDWR);
}

void HttpServer::Impl::end_overdue() {
    deadline_set.reset();
    for (Client *client : clients.overdue(now())) {
        end(*client, Client::Ended::for_time);
    }
    plain->turn();
    if (secure) {
        secure->turn();
    }
}

void HttpServer::Impl::set_timer() {
    const std::optional<Time> next = clients.next_deadline();
    if (next == deadline_set) {
        return;
    }
    deadline_set = next;
    if (next) {
        deadline.set(*next);
    } else {
        deadline.clear();
    }
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::start(systemd::EventLoop &loop,
                                                      const config::MetricsSettings &settings,
                                                      const std::vector<int> &activated,
                                                      Handler handler, const HttpLimits &limits) {
    auto impl = std::make_unique<Impl>(loop, settings, std::move(handler), limits);
    const auto begin = [&]() -> Result<> {
        INTACT_TRY(impl->start_daemons());
        INTACT_TRY(impl->open_sockets(activated));
        return impl->listen();
    };
    if (Result<> begun = begin(); !begun) {
        return fail(std::move(begun).error().within("serve metrics"));
    }
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

std::vector<config::ListenAddress> HttpServer::addresses() const {
    std::vector<config::ListenAddress> addresses;
    for (const ListeningSocket &socket : impl_->sockets) {
        addresses.push_back(socket.address());
    }
    return addresses;
}

HttpFigures HttpServer::figures() const {
    HttpFigures figures = impl_->figures;
    figures.connections = impl_->clients.size();
    return figures;
}

} // namespace intact::metrics
