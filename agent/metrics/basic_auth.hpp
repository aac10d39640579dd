// Name and password as a client sends them. Knows no user. Source: RFC 7617.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace intact::metrics {

struct Credentials {
    std::string user;
    std::string password;
};

/// By the value of the Authorization header. Nothing for another scheme, and for what no user of
/// ours could have sent: a NUL, or more than crypt(3) takes.
std::optional<Credentials> parse_basic(std::string_view authorization);

/// Overwrites it; what the compiler leaves out of a plain assignment stays in memory.
void wipe(std::string &secret);

} // namespace intact::metrics
