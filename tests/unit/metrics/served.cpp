#include "unit/metrics/served.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace intact::metrics::test {
namespace {

constexpr int kPatience = 30'000; // milliseconds
constexpr std::size_t kPiece = 256 << 10;

Answer large_answer() {
    Answer answer{200, std::string(kPlainText), "", nullptr};
    answer.more = [left = kLargeBytes]() mutable {
        const std::size_t count = std::min(left, kPiece);
        left -= count;
        return std::string(count, 'x');
    };
    return answer;
}

Answer answer_to(const Request &request) {
    if (request.path == "/metrics") {
        return text_answer(200, "a_metric 1 for '" + request.accept + "'");
    }
    if (request.path == "/large") {
        return large_answer();
    }
    if (request.path == "/") {
        return {200, "text/html; charset=utf-8", "<!doctype html>", nullptr};
    }
    return text_answer(404, "there is nothing of this name");
}

} // namespace

struct Served::Order {
    enum class Kind { figures, stop } kind;
    std::promise<HttpFigures> figures;
};

Served::Served(config::MetricsSettings settings, const HttpLimits &limits,
               std::vector<int> activated) {
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe(ends.data()), 0);
    orders_read_.reset(ends[0]);
    orders_write_.reset(ends[1]);
    std::promise<void> started;
    std::future<void> is_started = started.get_future();
    thread_ =
        std::thread([this, settings = std::move(settings), limits, activated = std::move(activated),
                     started = std::move(started)]() mutable {
            serve(std::move(settings), limits, std::move(activated), std::move(started));
        });
    is_started.wait();
}

Served::~Served() {
    if (error_.empty()) {
        Order order{Order::Kind::stop, {}};
        tell(order);
    }
    thread_.join();
}

void Served::serve(config::MetricsSettings settings, HttpLimits limits, std::vector<int> activated,
                   std::promise<void> started) {
    const auto loop = systemd::EventLoop::make().value();
    auto server = HttpServer::start(*loop, settings, activated, answer_to, limits);
    if (!server) {
        error_ = server.error().message() + " | " + std::string(server.error().hint());
        started.set_value();
        return;
    }
    addresses_ = (*server)->addresses();
    const auto source = loop->on_readable(orders_read_.get(), [&] {
        Order *order = nullptr;
        if (read(orders_read_.get(), &order, sizeof order) != sizeof order) {
            return;
        }
        if (order->kind == Order::Kind::stop) {
            loop->stop(0);
        }
        order->figures.set_value((*server)->figures());
    });
    started.set_value();
    EXPECT_EQ(loop->run().value(), 0);
    server->reset();
}

void Served::tell(Order &order) {
    Order *address = &order;
    EXPECT_EQ(write(orders_write_.get(), &address, sizeof address), ssize_t(sizeof address));
    if (order.kind == Order::Kind::stop) {
        order.figures.get_future().wait();
    }
}

HttpFigures Served::figures() {
    Order order{Order::Kind::figures, {}};
    std::future<HttpFigures> figures = order.figures.get_future();
    tell(order);
    return figures.get();
}

bool Served::wait_until(const std::function<bool(const HttpFigures &)> &is_so) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatience);
    while (std::chrono::steady_clock::now() < end) {
        if (is_so(figures())) {
            return true;
        }
        poll(nullptr, 0, 5);
    }
    return false;
}

config::MetricsSettings local_settings() {
    config::MetricsSettings settings;
    settings.listen = {{config::ListenAddress::Family::ipv4, "127.0.0.1", 0}};
    return settings;
}

RawClient::RawClient(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd_.get(), reinterpret_cast<sockaddr *>(&address), sizeof address) != 0) {
        fd_.reset();
    }
}

RawClient RawClient::to_unix(const std::string &path) {
    os::UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    if (connect(fd.get(), reinterpret_cast<sockaddr *>(&address), sizeof address) != 0) {
        fd.reset();
    }
    return RawClient(std::move(fd));
}

void RawClient::send(std::string_view text) const {
    while (!text.empty()) {
        const ssize_t count = ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
        if (count <= 0) {
            return; // the other side has closed: what it answered says why
        }
        text.remove_prefix(static_cast<std::size_t>(count));
    }
}

std::string RawClient::until(std::string_view text) const {
    std::string got;
    std::array<char, 65536> buffer{};
    pollfd ready{fd_.get(), POLLIN, 0};
    while (text.empty() || got.find(text) == std::string::npos) {
        if (poll(&ready, 1, kPatience) != 1) {
            return got + "<nothing more came>";
        }
        const ssize_t count = recv(fd_.get(), buffer.data(), buffer.size(), 0);
        if (count <= 0) {
            return got;
        }
        got.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return got;
}

std::string RawClient::rest() const {
    return until("");
}

bool RawClient::is_closed() const {
    return rest().find("<nothing more came>") == std::string::npos;
}

std::string get(std::uint16_t port, std::string_view path, std::string_view headers) {
    const RawClient client(port);
    client.send(
        fmt::format("GET {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{}\r\n", path, headers));
    return client.rest();
}

} // namespace intact::metrics::test
