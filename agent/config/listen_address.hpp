// An address that something is served at, and how it is written. Knows no socket.
#pragma once

#include "config/checks.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace intact::config {

struct ListenAddress {
    enum class Family : std::uint8_t { ipv4, ipv6, unix };
    Family family = Family::ipv4;
    std::string host; ///< in the shortest form; of unix the path
    std::uint16_t port = 0;

    friend bool operator==(const ListenAddress &, const ListenAddress &) = default;
};

/// "IPV4:PORT", "[IPV6]:PORT" or "unix:/PATH". Names of hosts are none: what they mean may change.
tl::expected<ListenAddress, Complaint> parse_listen_address(std::string_view text);
/// As it is written.
std::string text_of(const ListenAddress &address);
/// Whether only this host gets there.
bool is_local(const ListenAddress &address);

} // namespace intact::config
