// What is this host's and not the job's: user, state, service, clock.
#include "checkup/checks.hpp"
#include "config/file_access.hpp"
#include "os/account_name.hpp"
#include "os/file.hpp"
#include "os/identity.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <unistd.h>

namespace intact::checkup {
namespace {

constexpr const char *kNotOfService = "this configuration is not the one of the service";

std::string service_user(const Subject &subject) {
    const std::string user = subject.unit() == nullptr ? "" : subject.unit()->property("User");
    return user.empty() ? config::kServiceUser : user;
}

bool is_installed(const Subject &subject) {
    return subject.host.is_of_service &&
           (subject.unit() != nullptr ||
            os::find_account(config::kServiceUser).value_or(std::nullopt));
}

Finding judge_activity(const Unit &unit, const config::Job &job) {
    const std::string state = unit.property("ActiveState");
    const std::string told = fmt::format("{} is {} ({})", kUnit, state, unit.property("SubState"));
    const bool is_needed = job.enabled && job.schedule;
    if (state == "failed") {
        return Finding::error(ErrorCode::unreachable, told,
                              "see 'journalctl -u intactd -x', then: systemctl restart intactd");
    }
    if (state != "active" && state != "reloading" && state != "activating") {
        return is_needed ? Finding::error(ErrorCode::unreachable,
                                          told + ": nobody takes the scheduled backups",
                                          "systemctl enable --now intactd")
                         : Finding::ok(told + ", and this job is not scheduled");
    }
    if (is_needed && unit.is("UnitFileState", "disabled")) {
        return Finding::warning(told + ", but not after the next boot", "systemctl enable intactd");
    }
    return unit.is("NeedDaemonReload", "yes")
               ? Finding::warning(told + ", not as its unit's files have it by now",
                                  "systemctl daemon-reload && systemctl restart intactd")
               : Finding::ok(told);
}

} // namespace

Finding check_user(const Subject &subject) {
    const std::string user = os::user_text(geteuid());
    const std::string service = service_user(subject);
    if (!is_installed(subject)) {
        return Finding::ok(fmt::format("as '{}'", user));
    }
    return user == service
               ? Finding::ok(fmt::format("as '{}', as the service", user))
               : Finding::warning(
                     fmt::format("looked at as '{}', and the service runs as '{}'", user, service),
                     "ask as root, without --as-root: what the service may not do is seen then");
}

Finding check_state(const Subject &subject) {
    const std::string &path = subject.host.context.state_dir;
    const std::string there = nearest_existing(path);
    if (access(there.c_str(), W_OK | X_OK) != 0) {
        return Finding::error(
            Error::from_errno(errno, fmt::format("write to {}", os::quoted_path(there)))
                .with_hint(fmt::format("catalog and locks are kept in {}: give it to the user that "
                                       "this runs as",
                                       os::quoted_path(path))));
    }
    if (!subject.last_backup) {
        return Finding::error(subject.last_backup.error());
    }
    if (there != path) {
        return Finding::ok(fmt::format("{} is made by the first run", os::quoted_path(path)));
    }
    return Finding::ok(*subject.last_backup
                           ? "last backup: " + os::quoted_path((*subject.last_backup)->archive)
                           : os::quoted_path(path) + ", with no backup of this job so far");
}

Finding check_service(const Subject &subject) {
    if (!subject.host.is_of_service) {
        return Finding::skipped(kNotOfService);
    }
    if (!subject.host.unit) {
        return Finding::skipped("systemd does not run here, or does not answer");
    }
    if (!subject.host.unit->is_loaded()) {
        return Finding::skipped(fmt::format("systemd has no {}", kUnit));
    }
    return judge_activity(*subject.host.unit, subject.job);
}

Finding check_clock(const Subject &subject) {
    const auto known = subject.host.is_clock_synchronized();
    if (!known) {
        return Finding::skipped("whether a time server sets the clock cannot be told");
    }
    return *known ? Finding::ok("a time server sets it")
                  : Finding::warning("no time server sets it: schedules and the names of backups "
                                     "go by it",
                                     "timedatectl set-ntp true, or start chronyd");
}

} // namespace intact::checkup
