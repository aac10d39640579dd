#include "engine/mount_guard.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

namespace intact::engine {
namespace {

std::string without_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return text;
}

// "UUID=…" as fstab(5) spells it, or the bare UUID, or "server:/export".
bool is_named(const std::string &identity, const std::string &by) {
    constexpr std::string_view kUuid = "uuid=";
    const std::string name = without_case(by);
    const std::string bare = name.starts_with(kUuid) ? name.substr(kUuid.size()) : name;
    const std::string known = without_case(identity);
    return known == "uuid:" + bare || known == "source:" + bare;
}

std::string said(const std::string &identity) {
    return identity.empty() ? "one that nothing tells from another" : identity;
}

Result<> check_required(const config::RequiredMount &required, const std::string &path,
                        const std::string &key, const destination::Filesystem &now) {
    if (required.any && now.mount_point == "/") {
        return fail(ErrorCode::wrong_mount,
                    fmt::format("{} lies on the root filesystem, and {} asks for one of its own",
                                os::quoted_path(path), key));
    }
    if (!required.identity.empty() && !is_named(now.identity, required.identity)) {
        return fail(ErrorCode::wrong_mount,
                    fmt::format("{} lies on {} ({}) mounted at {}, and {} asks for {}",
                                os::quoted_path(path), said(now.identity), now.name,
                                os::quoted_path(now.mount_point), key, required.identity));
    }
    return {};
}

// What cannot be told by an identity, as without udev's links, is told by the mount point.
bool is_another(const destination::Filesystem &now, const LastMount &last) {
    if (!now.identity.empty() && !last.identity.empty()) {
        return now.identity != last.identity;
    }
    return !last.point.empty() && now.mount_point != last.point;
}

} // namespace

LastMount last_mount_of(const std::optional<catalog::RunRecord> &last, const config::Job &job) {
    return last && last->destination == job.destination.path
               ? LastMount{last->filesystem, last->mount_point}
               : LastMount{};
}

Result<> check_destination(const config::Destination &destination,
                           const destination::Filesystem &now, const LastMount &last) {
    INTACT_TRY(check_required(destination.require_mount, destination.path,
                              "destination.require_mount", now));
    if (!destination.require_mount.identity.empty() || !is_another(now, last)) {
        return {};
    }
    return fail(
        Error(ErrorCode::wrong_mount,
              fmt::format("{} lies on another filesystem than the last backup: then {} mounted at "
                          "{}, now {} ({}) at {}",
                          os::quoted_path(destination.path), said(last.identity),
                          os::quoted_path(last.point), said(now.identity), now.name,
                          os::quoted_path(now.mount_point)))
            .with_hint("mount what belongs there; if it was replaced on purpose, run the job once "
                       "with --new-destination"));
}

Result<> check_still_mounted(const os::Directory &opened) {
    struct stat then{};
    struct stat now{};
    if (fstat(opened.fd(), &then) != 0) {
        return fail_errno(errno, "look at " + os::quoted_path(opened.path()));
    }
    const auto again = os::Directory::open(opened.path());
    if (!again || fstat(again->fd(), &now) != 0 || then.st_dev != now.st_dev ||
        then.st_ino != now.st_ino) {
        return fail(ErrorCode::wrong_mount,
                    fmt::format("{} is not the directory any more that it was when the run began: "
                                "it was unmounted, mounted over or replaced",
                                os::quoted_path(opened.path())));
    }
    return {};
}

Result<> check_sources(const config::FilesSource &source) {
    if (source.require_mount == config::RequiredMount{}) {
        return {};
    }
    for (const std::string &path : source.paths) {
        const os::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
        if (!fd) {
            return fail_errno(errno, "look at what is mounted at " + os::quoted_path(path));
        }
        INTACT_TRY_ASSIGN(const auto filesystem, destination::examine_filesystem(fd.get(), path));
        INTACT_TRY(check_required(source.require_mount, path, "source.require_mount", filesystem));
    }
    return {};
}

} // namespace intact::engine
