// What travels over a bus, as values of ours. Knows no connection.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace intact::systemd {

/// Named facts, "a{sv}": those that are missing are unknown, so that more may come later.
using BusFacts =
    std::map<std::string, std::variant<bool, std::uint32_t, std::uint64_t, std::string>>;
/// Facts of several things by their names, "a{sa{sv}}".
using BusTable = std::map<std::string, BusFacts>;
/// Signatures "b", "u", "t", "s", "as" and those two.
using BusValue = std::variant<bool, std::uint32_t, std::uint64_t, std::string,
                              std::vector<std::string>, BusFacts, BusTable>;
using BusValues = std::vector<BusValue>;

} // namespace intact::systemd
