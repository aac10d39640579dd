#include "pipeline/account_names.hpp"

#include <cerrno>
#include <grp.h>
#include <pwd.h>
#include <vector>

namespace intact::pipeline {
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

} // namespace

const std::string &AccountNames::user(std::uint32_t uid) {
    const auto known = users_.find(uid);
    if (known != users_.end()) {
        return known->second;
    }
    return users_.emplace(uid, name_of<passwd>(uid, getpwuid_r, &passwd::pw_name)).first->second;
}

const std::string &AccountNames::group(std::uint32_t gid) {
    const auto known = groups_.find(gid);
    if (known != groups_.end()) {
        return known->second;
    }
    return groups_.emplace(gid, name_of<::group>(gid, getgrgid_r, &::group::gr_name)).first->second;
}

} // namespace intact::pipeline
