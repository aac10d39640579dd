#include "config/file_access.hpp"

#include "config/source_text.hpp"
#include "os/account_name.hpp"
#include "os/identity.hpp"

#include <unistd.h>

namespace intact::config {
namespace {

constexpr mode_t kRead = 4;

std::optional<os::Account> service_account() {
    const auto account = os::find_account(kServiceUser);
    return account ? *account : std::nullopt;
}

bool is_group_of_service(gid_t number) {
    if (number == 0) {
        return true;
    }
    // A user's main group may be everybody's ("users"); one of the user's own name is not.
    const std::string own = number == getegid() ? os::user_name(geteuid()) : "";
    if (!own.empty() && os::group_name(number) == own) {
        return true;
    }
    const auto account = service_account();
    return account && account->group == number;
}

} // namespace

std::optional<std::string> others_with(mode_t rights, const struct stat &file) {
    if ((file.st_mode & rights) != 0) {
        return "everybody";
    }
    const mode_t of_group = file.st_mode >> 3 & rights;
    if (of_group == 0 || (of_group == kRead && is_group_of_service(file.st_gid))) {
        return std::nullopt;
    }
    return "group " + ticked(os::group_text(file.st_gid));
}

bool is_of_service(const struct stat &file) {
    if (file.st_uid == 0 || file.st_uid == geteuid()) {
        return true;
    }
    const auto account = service_account();
    return account && account->user == file.st_uid;
}

} // namespace intact::config
