#include "os/identity.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fmt/format.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace intact::os {
namespace {

using Sets = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

int set_capabilities(const Sets &sets) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    return static_cast<int>(syscall(SYS_capset, &header, sets.data()));
}

int keep_reading_capability() {
    Sets sets{};
    const std::uint32_t bit = 1U << CAP_DAC_READ_SEARCH;
    sets[0] = {bit, bit, bit};
    const int set = set_capabilities(sets);
    return set != 0 ? set : prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH, 0, 0);
}

} // namespace

Result<std::optional<Account>> find_account(const std::string &name) {
    std::array<char, 16384> buffer{};
    passwd entry{};
    passwd *found = nullptr;
    const int error = getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
    if (error != 0 && error != ENOENT && error != ESRCH) {
        return fail_errno(error, fmt::format("look for the user '{}'", name));
    }
    if (found == nullptr) {
        return std::nullopt;
    }
    return Account{name, entry.pw_uid, entry.pw_gid, entry.pw_dir};
}

Result<> become(const Account &account) {
    const auto refused = [&] {
        return fail_errno(errno, fmt::format("go on as the user '{}'", account.name));
    };
    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0 ||
        initgroups(account.name.c_str(), account.group) != 0 ||
        setresgid(account.group, account.group, account.group) != 0 ||
        setresuid(account.user, account.user, account.user) != 0 ||
        keep_reading_capability() != 0) {
        return refused();
    }
    // What /proc says of us is ours to read again.
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    setenv("HOME", account.home.c_str(), 1);
    setenv("USER", account.name.c_str(), 1);
    setenv("LOGNAME", account.name.c_str(), 1);
    return {};
}

Result<> make_files_for(const Account &account) {
    Sets sets{};
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    if (syscall(SYS_capget, &header, sets.data()) != 0) {
        return fail_errno(errno, "read our capabilities");
    }
    setfsgid(account.group);
    setfsuid(account.user);
    // That takes those of the file system, which root is to keep.
    if (set_capabilities(sets) != 0 || setfsuid(account.user) != static_cast<int>(account.user)) {
        return fail_errno(errno, fmt::format("make files for the user '{}'", account.name));
    }
    return {};
}

} // namespace intact::os
