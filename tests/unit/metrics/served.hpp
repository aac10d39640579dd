// A server in a loop on a thread of its own, and clients that behave badly.
#pragma once

#include "metrics/http_server.hpp"
#include "os/unique_fd.hpp"
#include "support/temp_dir.hpp"

#include <chrono>
#include <functional>
#include <future>
#include <string>
#include <string_view>
#include <thread>

namespace intact::metrics::test {

/// Serves /metrics, /large (40 MB in pieces) and / until its end.
class Served {
public:
    explicit Served(config::MetricsSettings settings, const HttpLimits &limits = {},
                    std::vector<int> activated = {});
    ~Served();
    Served(const Served &) = delete;
    Served &operator=(const Served &) = delete;

    /// Why it could not be started, or "".
    const std::string &error() const { return error_; }
    const std::vector<config::ListenAddress> &addresses() const { return addresses_; }
    std::uint16_t port() const { return addresses_.at(0).port; }
    /// Asked within the loop.
    HttpFigures figures();
    /// Until the figures are so; false after half a minute.
    bool wait_until(const std::function<bool(const HttpFigures &)> &is_so);

private:
    struct Order;
    void serve(config::MetricsSettings settings, HttpLimits limits, std::vector<int> activated,
               std::promise<void> started);
    void tell(Order &order);

    os::UniqueFd orders_read_;
    os::UniqueFd orders_write_;
    std::string error_;
    std::vector<config::ListenAddress> addresses_;
    std::thread thread_;
};

inline constexpr std::size_t kLargeBytes = 40'000'000;

/// One free port of 127.0.0.1, and nothing else.
config::MetricsSettings local_settings();

/// A connection of which every byte is ours to say.
class RawClient {
public:
    explicit RawClient(std::uint16_t port);
    static RawClient to_unix(const std::string &path);

    bool is_open() const { return static_cast<bool>(fd_); }
    void send(std::string_view text) const;
    /// What comes until the other side closes, or half a minute has passed.
    std::string rest() const;
    /// What comes until it holds that text.
    std::string until(std::string_view text) const;
    /// Whether the other side closes within half a minute.
    bool is_closed() const;
    int fd() const { return fd_.get(); }

private:
    explicit RawClient(os::UniqueFd fd) : fd_(std::move(fd)) {}
    os::UniqueFd fd_;
};

/// Of a good client with a connection of its own.
std::string get(std::uint16_t port, std::string_view path = "/metrics",
                std::string_view headers = "");

} // namespace intact::metrics::test
