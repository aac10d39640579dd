#include "cli/service_user.hpp"

#include "base/log.hpp"
#include "config/config.hpp"
#include "config/file_access.hpp"
#include "os/file.hpp"
#include "os/identity.hpp"

#include <cerrno>
#include <cstdlib>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace intact::cli {
namespace {

struct Writes {
    bool operator()(const RunArguments &run) const { return run.by == RunBy::us; }
    bool operator()(const RecoverArguments &) const { return true; }
    bool operator()(const RebuildArguments &) const { return true; }
    bool operator()(const SurveyArguments &) const { return true; }
    bool operator()(const DoctorArguments &) const { return true; } // it tries the destination
    template <typename Other>
    bool operator()(const Other &) const {
        return false;
    }
};

bool has_places_of_its_own(const Globals &globals) {
    const auto is_set = [](const char *name) {
        const char *value = std::getenv(name);
        return value != nullptr && *value != '\0';
    };
    return !globals.config_dir.empty() || !globals.state_dir.empty() ||
           is_set("INTACT_CONFIG_DIR") || is_set("INTACT_STATE_DIR") || is_set("STATE_DIRECTORY");
}

// As the service's manager makes it at the first start, which may not have been.
Result<> make_state_directory(const std::string &path, const os::Account &account) {
    if (mkdir(path.c_str(), 0750) != 0) {
        return errno == EEXIST
                   ? Result<>()
                   : Result<>(fail_errno(errno, fmt::format("make {}", os::quoted_path(path))));
    }
    if (lchown(path.c_str(), account.user, account.group) != 0) {
        return fail_errno(errno,
                          fmt::format("give {} to '{}'", os::quoted_path(path), account.name));
    }
    return {};
}

} // namespace

Result<> act_as_service(const CommandLine &line) {
    if (geteuid() != 0 || has_places_of_its_own(line.globals) || !std::visit(Writes(), line.verb)) {
        return {};
    }
    INTACT_TRY_ASSIGN(const auto account, os::find_account(config::kServiceUser));
    if (!account) {
        return {};
    }
    INTACT_TRY(make_state_directory(config::find_places("", "").state_dir, *account));
    if (line.globals.user == ActAs::root) {
        return os::make_files_for(*account);
    }
    log::debug(fmt::format("going on as the service's user '{}'", account->name));
    umask(0077);
    return os::become(*account);
}

} // namespace intact::cli
