#include "pipeline/account_names.hpp"

#include "os/account_name.hpp"

namespace intact::pipeline {

const std::string &AccountNames::user(std::uint32_t uid) {
    const auto known = users_.find(uid);
    return known != users_.end() ? known->second
                                 : users_.emplace(uid, os::user_name(uid)).first->second;
}

const std::string &AccountNames::group(std::uint32_t gid) {
    const auto known = groups_.find(gid);
    return known != groups_.end() ? known->second
                                  : groups_.emplace(gid, os::group_name(gid)).first->second;
}

} // namespace intact::pipeline
