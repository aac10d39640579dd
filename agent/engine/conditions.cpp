#include "engine/conditions.hpp"

#include "base/quantity.hpp"
#include "os/file.hpp"
#include "os/mount.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fmt/format.h>
#include <sys/statvfs.h>

namespace intact::engine {
namespace {

std::string fact_of(const os::Directory &supply, const std::string &name) {
    std::string text = supply.read_file(name, 4096).value_or("");
    text.erase(text.find_last_not_of(" \n") + 1);
    return text;
}

// A host without any supply that can be told, as a server, has power.
Result<bool> has_ac_power(const std::string &path) {
    const auto supplies = os::Directory::open(path);
    if (!supplies) {
        return supplies.error().code() == ErrorCode::not_found ? Result<bool>(true)
                                                               : fail(supplies.error());
    }
    INTACT_TRY_ASSIGN(const auto names, supplies->names());
    bool is_online = false;
    bool is_discharging = false;
    for (const std::string &name : names) {
        const auto supply = os::Directory::open(supplies->path_of(name));
        if (!supply) {
            continue; // gone since
        }
        const std::string type = fact_of(*supply, "type");
        if (type == "Battery") {
            // That of a mouse says nothing of the host.
            is_discharging = is_discharging || (fact_of(*supply, "scope") != "Device" &&
                                                fact_of(*supply, "status") == "Discharging");
        } else if (type == "Mains" || type.starts_with("USB")) {
            is_online = is_online || fact_of(*supply, "online") == "1";
        }
    }
    return is_online || !is_discharging;
}

Result<std::optional<HeldBack>> check_power(const config::Conditions &conditions,
                                            const ConditionFacts &facts) {
    if (conditions.ac_power) {
        INTACT_TRY_ASSIGN(const bool has_power, has_ac_power(facts.power_supplies));
        if (!has_power) {
            return HeldBack{"ac_power", "the host runs on battery"};
        }
    }
    return std::nullopt;
}

Result<std::optional<HeldBack>> check_mounts(const config::Conditions &conditions) {
    if (conditions.mount_points.empty()) {
        return std::nullopt;
    }
    INTACT_TRY_ASSIGN(const auto mounts, os::all_mounts());
    for (const std::string &path : conditions.mount_points) {
        const bool is_mounted =
            std::any_of(mounts.begin(), mounts.end(), [&](const os::Mount &mount) {
                return std::filesystem::path(os::real_point(mount, mounts)) ==
                       (std::filesystem::path(path) / "").lexically_normal().parent_path();
            });
        if (!is_mounted) {
            return HeldBack{"path_is_mount_point",
                            fmt::format("nothing is mounted at {}", os::quoted_path(path))};
        }
    }
    return std::nullopt;
}

Result<std::optional<HeldBack>> check_space(const config::Job &job) {
    if (job.conditions.min_free_space == 0) {
        return std::nullopt;
    }
    struct statvfs space{};
    if (statvfs(job.destination.path.c_str(), &space) != 0) {
        return fail_errno(errno, "tell the free space at " + os::quoted_path(job.destination.path));
    }
    const std::uint64_t free = std::uint64_t{space.f_bavail} * space.f_frsize;
    if (free < job.conditions.min_free_space) {
        return HeldBack{"min_free_space",
                        fmt::format("{} has {} free, and the run waits for {}",
                                    os::quoted_path(job.destination.path), format_size(free),
                                    format_size(job.conditions.min_free_space))};
    }
    return std::nullopt;
}

} // namespace

Result<std::optional<HeldBack>> check_conditions(const config::Job &job,
                                                 const ConditionFacts &facts) {
    INTACT_TRY_ASSIGN(auto held, check_power(job.conditions, facts));
    if (!held) {
        INTACT_TRY_ASSIGN(held, check_mounts(job.conditions));
    }
    return held ? Result<std::optional<HeldBack>>(std::move(held)) : check_space(job);
}

} // namespace intact::engine
