// Users and groups by number, as the system's databases name them.
#pragma once

#include <cstdint>
#include <string>

namespace intact::os {

/// Empty when the system knows none of that number. Each may ask a server. Source: getpwuid_r(3),
/// getgrgid_r(3).
std::string user_name(std::uint32_t user);
std::string group_name(std::uint32_t group);

/// For people: the name, or the number of what has none.
std::string user_text(std::uint32_t user);
std::string group_text(std::uint32_t group);

} // namespace intact::os
