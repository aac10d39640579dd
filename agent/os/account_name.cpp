#include "os/account_name.hpp"

#include <cerrno>
#include <grp.h>
#include <pwd.h>
#include <vector>

namespace intact::os {
namespace {

// A group with thousands of members needs a large buffer; beyond this the name is not worth it.
constexpr std::size_t kFirstBufferBytes = 4096;
constexpr std::size_t kLastBufferBytes = 4u << 20;

template <typename Record, typename Lookup>
std::string name_of(std::uint32_t id, Lookup lookup, char *Record::*name) {
    for (std::size_t size = kFirstBufferBytes; size <= kLastBufferBytes; size *= 4) {
        std::vector<char> buffer(size);
        Record record{};
        Record *found = nullptr;
        const int err = lookup(id, &record, buffer.data(), buffer.size(), &found);
        if (err != ERANGE) {
            return err == 0 && found != nullptr ? std::string(found->*name) : std::string();
        }
    }
    return {};
}

std::string or_number(std::string name, std::uint32_t number) {
    return name.empty() ? std::to_string(number) : name;
}

} // namespace

std::string user_name(std::uint32_t user) {
    return name_of<passwd>(user, getpwuid_r, &passwd::pw_name);
}

std::string group_name(std::uint32_t group) {
    return name_of<::group>(group, getgrgid_r, &::group::gr_name);
}

std::string user_text(std::uint32_t user) {
    return or_number(user_name(user), user);
}

std::string group_text(std::uint32_t group) {
    return or_number(group_name(group), group);
}

} // namespace intact::os
