// As whom this process acts. Knows no service.
#pragma once

#include "base/error.hpp"

#include <optional>
#include <string>
#include <sys/types.h>

namespace intact::os {

struct Account {
    std::string name;
    uid_t user = 0;
    gid_t group = 0;
    std::string home;
};
/// Nothing: there is none of that name. Errors: io. Source: getpwnam(3).
Result<std::optional<Account>> find_account(const std::string &name);

/// From root to that account for good, with its groups and environment; of root's capabilities only
/// CAP_DAC_READ_SEARCH is left, as an ambient one. Errors: permission_denied.
/// Thread: before any other exists. Source: capabilities(7), credentials(7).
Result<> become(const Account &account);

/// Root as before, but what it makes from now on in the file system belongs to that account.
/// Programs that are started make root's. Errors: permission_denied.
/// Thread: before any other exists. Source: setfsuid(2).
Result<> make_files_for(const Account &account);

} // namespace intact::os
