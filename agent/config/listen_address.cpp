#include "config/listen_address.hpp"

#include "config/source_text.hpp"

#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <sys/un.h>

namespace intact::config {
namespace {

using Family = ListenAddress::Family;
using Parsed = tl::expected<ListenAddress, Complaint>;

constexpr std::string_view kUnix = "unix:";
constexpr std::size_t kLongestPath = sizeof(sockaddr_un::sun_path) - 1;
constexpr std::string_view kForms = "such as \"127.0.0.1:10471\", \"[::1]:10471\" or "
                                    "\"unix:/run/intact-metrics.sock\"";

tl::unexpected<Complaint> refused(std::string message, std::size_t at, std::size_t length,
                                  std::string hint = std::string(kForms)) {
    return tl::unexpected(
        Complaint{Code::bad_address, std::move(message), "", std::move(hint), at, length});
}

Parsed parse_unix(std::string_view text) {
    const std::string_view path = text.substr(kUnix.size());
    if (std::optional<Complaint> complaint = check_absolute(path)) {
        complaint->at += kUnix.size();
        return tl::unexpected(*std::move(complaint));
    }
    if (path.ends_with('/')) {
        return refused("names a directory, not a socket", kUnix.size(), path.size());
    }
    if (path.size() > kLongestPath) {
        return refused(fmt::format("has a path of {} bytes, at most {} are possible", path.size(),
                                   kLongestPath),
                       kUnix.size(), path.size());
    }
    return ListenAddress{Family::unix, std::string(path), 0};
}

/// In the form that everybody writes, or "".
std::string plain_host(Family family, std::string_view host) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    const int kind = family == Family::ipv6 ? AF_INET6 : AF_INET;
    const std::string with_end(host);
    if (with_end.find('\0') != std::string::npos ||
        inet_pton(kind, with_end.c_str(), bytes.data()) != 1) {
        return "";
    }
    return inet_ntop(kind, bytes.data(), text.data(), text.size());
}

Parsed parse_port(ListenAddress address, std::string_view text, std::size_t at) {
    const std::string_view digits = text.substr(at);
    unsigned port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc() || end != digits.data() + digits.size() || port == 0 ||
        port > UINT16_MAX) {
        return refused(fmt::format("has no port from 1 to 65535 but {}", ticked(digits)), at,
                       digits.size());
    }
    address.port = static_cast<std::uint16_t>(port);
    return address;
}

Parsed parse_ipv6(std::string_view text) {
    const std::size_t close = text.find("]:");
    if (close == std::string_view::npos) {
        return refused("has no ']:' and port after its '['", 0, 0);
    }
    const std::string_view host = text.substr(1, close - 1);
    std::string plain = plain_host(Family::ipv6, host);
    if (plain.empty()) {
        return refused(fmt::format("has no IPv6 address but {}", ticked(host)), 1, host.size());
    }
    return parse_port({Family::ipv6, std::move(plain), 0}, text, close + 2);
}

Parsed parse_ipv4(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    const std::string_view host = text.substr(0, colon);
    if (colon == std::string_view::npos) {
        return refused("has no port", 0, 0);
    }
    if (host.find(':') != std::string_view::npos) {
        return refused("may be an IPv6 address without brackets", 0, 0,
                       "write \"[IPV6]:PORT\", as in \"[::1]:10471\"");
    }
    std::string plain = plain_host(Family::ipv4, host);
    if (plain.empty()) {
        return refused(fmt::format("has no IPv4 address but {}", ticked(host)), 0, host.size());
    }
    return parse_port({Family::ipv4, std::move(plain), 0}, text, colon + 1);
}

} // namespace

Parsed parse_listen_address(std::string_view text) {
    return text.starts_with(kUnix) ? parse_unix(text)
           : text.starts_with('[') ? parse_ipv6(text)
                                   : parse_ipv4(text);
}

std::string text_of(const ListenAddress &address) {
    switch (address.family) {
    case Family::unix:
        return std::string(kUnix) + address.host;
    case Family::ipv6:
        return fmt::format("[{}]:{}", address.host, address.port);
    default:
        return fmt::format("{}:{}", address.host, address.port);
    }
}

bool is_local(const ListenAddress &address) {
    return address.family == Family::unix || address.host == "::1" ||
           (address.family == Family::ipv4 && address.host.starts_with("127."));
}

} // namespace intact::config
