// Where backups go: the directory, what it lies on, how they get there, and the room.
#include "base/quantity.hpp"
#include "checkup/checks.hpp"
#include "config/file_access.hpp"
#include "engine/claim.hpp"
#include "engine/mount_guard.hpp"
#include "os/file.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <unistd.h>

namespace intact::checkup {
namespace {

const catalog::RunRecord *last_backup(const Subject &subject) {
    return subject.last_backup && *subject.last_backup ? &**subject.last_backup : nullptr;
}

Finding check_staging(const Subject &subject) {
    const std::string &path = subject.job.destination.staging;
    const auto found = engine::diagnose(subject.host.context, path);
    return found ? Finding::ok(fmt::format("staging in {}", os::quoted_path(path)))
                 : Finding::error(Error(found.error()).within("destination.staging="));
}

Finding cannot_be_used() {
    return Finding::skipped("the destination cannot be used");
}

std::string hint_on_owner(const Subject &subject) {
    return subject.is_there()
               ? fmt::format("chown it to the user that the service runs as ('{}')",
                             config::kServiceUser)
               : fmt::format("make it for the user that the service runs as: install -d -o {} -m "
                             "0750 '{}'",
                             config::kServiceUser, subject.job.destination.path);
}

} // namespace

Finding check_destination(const Subject &subject) {
    const std::string &path = subject.job.destination.path;
    if (!subject.diagnosis) {
        Error error = subject.diagnosis.error();
        if (error.code() == ErrorCode::permission_denied) {
            error = std::move(error).with_hint(hint_on_owner(subject));
        }
        return Finding::error(error);
    }
    Findings findings;
    findings.add(
        subject.is_there()
            ? Finding::ok(fmt::format("{} can be written", os::quoted_path(path)))
            : Finding::ok(fmt::format("{} is made by the first run", os::quoted_path(path))));
    if (!subject.job.destination.staging.empty()) {
        findings.add(check_staging(subject));
    }
    return std::move(findings).sum(cannot_be_used());
}

Finding check_filesystem(const Subject &subject) {
    const bool is_known = subject.is_there() || engine::is_made_by_runs(subject.job.destination);
    if (!subject.filesystem || !is_known) {
        return cannot_be_used();
    }
    const auto last = engine::last_mount_of(
        subject.last_backup.value_or(std::optional<catalog::RunRecord>()), subject.job);
    const auto is_right =
        engine::check_destination(subject.job.destination, *subject.filesystem, last);
    if (!is_right) {
        return Finding::error(is_right.error());
    }
    const destination::Filesystem &filesystem = *subject.filesystem;
    const std::string identity = filesystem.identity.empty() ? "" : ", " + filesystem.identity;
    return Finding::ok(fmt::format("{} at {}{}", filesystem.name,
                                   os::quoted_path(filesystem.mount_point), identity));
}

Finding check_strategy(const Subject &subject) {
    if (!subject.diagnosis) {
        return cannot_be_used();
    }
    const destination::Protocol &protocol = subject.diagnosis->protocol;
    const std::string told =
        fmt::format("{} ({}), since {}; after a crash: {}", config::name_of(protocol.strategy),
                    destination::name_of(protocol.variant), protocol.reason,
                    destination::seen_after_crash(protocol.variant));
    return protocol.concern.empty()
               ? Finding::ok(told)
               : Finding::warning(fmt::format("{}; {}", protocol.concern, told),
                                  "put backups that are to last on another filesystem as well");
}

Finding check_space(const Subject &subject) {
    if (!subject.diagnosis || !subject.space) {
        return cannot_be_used();
    }
    const std::uint64_t free = subject.space->free_bytes;
    const std::uint64_t asked = subject.job.conditions.min_free_space;
    const std::string told = format_size(free) + " free";
    Findings findings;
    if (free < asked) {
        findings.add(Finding::warning(
            fmt::format("{}, conditions.min_free_space= asks for {}: scheduled runs are left out",
                        told, format_size(asked)),
            "free space there, or lower conditions.min_free_space="));
    }
    const catalog::RunRecord *last = last_backup(subject);
    if (last == nullptr) {
        findings.add(Finding::ok(told));
        return std::move(findings).sum(Finding::ok(told));
    }
    const std::string beside =
        fmt::format("{}, the last backup took {}", told, format_size(last->bytes_written));
    const std::uint64_t largest = subject.filesystem ? subject.filesystem->largest_file : 0;
    if (largest != 0 && last->bytes_written > largest) {
        findings.add(
            Finding::error(ErrorCode::file_too_large,
                           fmt::format("files there hold up to {}, the last backup took {}",
                                       format_size(largest), format_size(last->bytes_written)),
                           "move the destination to another filesystem"));
    }
    if (free < last->bytes_written) {
        findings.add(Finding::error(ErrorCode::no_space, beside,
                                    "the next one will not fit: remove old backups, or move the "
                                    "destination to a larger filesystem"));
    } else if (free / 2 < last->bytes_written) {
        findings.add(Finding::warning(beside, "the new backup lies beside the old ones until it is "
                                              "proven: keep room for two"));
    } else {
        findings.add(Finding::ok(beside));
    }
    return std::move(findings).sum(Finding::ok(told));
}

} // namespace intact::checkup
