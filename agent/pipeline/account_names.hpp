// User and group names by number, each looked up once. Knows no archive.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

namespace intact::pipeline {

/// Names are for people and for other tar programs; our own restore goes by number. Thread: one.
class AccountNames {
public:
    /// Empty when the system knows no such account.
    const std::string &user(std::uint32_t uid);
    const std::string &group(std::uint32_t gid);

private:
    std::unordered_map<std::uint32_t, std::string> users_;
    std::unordered_map<std::uint32_t, std::string> groups_;
};

} // namespace intact::pipeline
