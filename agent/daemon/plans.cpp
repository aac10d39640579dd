#include "daemon/plans.hpp"

#include "base/text.hpp"
#include "engine/context.hpp"
#include "os/file.hpp"
#include "scheduler/delay.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace intact::daemon {
namespace {

std::string machine_id() {
    const auto directory = os::Directory::open("/etc");
    const auto text = directory ? directory->read_file("machine-id", 4096)
                                : Result<std::string>(fail(directory.error()));
    return text && !text->empty() ? *text : engine::make_context("").host;
}

std::string identity_of(const config::Schedule &schedule, const HostFacts &host) {
    const bool is_hosts = schedule.timezone.empty();
    return fmt::format("{} {} {}", fmt::join(schedule.calendar, ";"),
                       is_hosts ? fmt::format("host {}", host.zone_changes) : schedule.timezone,
                       static_cast<int>(schedule.dst_gap));
}

bool is_below(std::string_view path, std::string_view point) {
    return point == "/" || path == point ||
           (path.starts_with(point) && path.substr(point.size()).starts_with('/'));
}

} // namespace

HostFacts read_host_facts() {
    HostFacts facts;
    facts.machine_id = machine_id();
    facts.mounts = os::all_mounts().value_or(std::vector<os::Mount>());
    return facts;
}

std::string filesystem_of(const std::string &path, const std::vector<os::Mount> &mounts) {
    const os::Mount *nearest = nullptr;
    for (const os::Mount &mount : mounts) {
        // Of mounts over one another the last one is seen.
        if (is_below(path, mount.point) &&
            (nearest == nullptr || mount.point.size() >= nearest->point.size())) {
            nearest = &mount;
        }
    }
    return nearest == nullptr ? "" : nearest->device;
}

scheduler::Plan plan_of(const config::Job &job, const HostFacts &host) {
    scheduler::Plan plan;
    plan.job = job.name;
    plan.is_enabled = job.enabled;
    plan.retries = job.limits.retries;
    plan.retry_delay = job.limits.retry_delay;
    plan.filesystem = filesystem_of(job.destination.path, host.mounts);
    if (job.schedule) {
        plan.schedule = scheduler::Schedule{config::timetable_of(*job.schedule),
                                            identity_of(*job.schedule, host),
                                            {job.schedule->random_delay,
                                             job.schedule->delay_kind == config::DelayKind::stable
                                                 ? scheduler::DelayKind::stable
                                                 : scheduler::DelayKind::fresh,
                                             scheduler::delay_seed(host.machine_id, job.name)},
                                            job.schedule->catch_up,
                                            job.schedule->catch_up_window};
    }
    return plan;
}

scheduler::Limits limits_of(const config::DaemonSettings &settings) {
    return {settings.max_concurrent_runs, settings.max_runs_per_filesystem};
}

} // namespace intact::daemon
