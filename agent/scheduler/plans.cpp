#include "scheduler/plans.hpp"

#include "base/text.hpp"
#include "os/file.hpp"
#include "scheduler/delay.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace intact::scheduler {
namespace {

std::string machine_id(const std::string &host) {
    const auto directory = os::Directory::open("/etc");
    const auto text = directory ? directory->read_file("machine-id", 4096)
                                : Result<std::string>(fail(directory.error()));
    return text && !text->empty() ? *text : host;
}

std::string identity_of(const config::Schedule &schedule, const HostFacts &host) {
    const bool is_hosts = schedule.timezone.empty();
    return fmt::format("{} {} {}", fmt::join(schedule.calendar, ";"),
                       is_hosts ? fmt::format("host {}", host.zone_changes) : schedule.timezone,
                       static_cast<int>(schedule.dst_gap));
}

} // namespace

HostFacts read_host_facts(const std::string &host) {
    HostFacts facts;
    facts.machine_id = machine_id(host);
    facts.mounts = os::all_mounts().value_or(std::vector<os::Mount>());
    return facts;
}

std::string filesystem_of(const std::string &path, const std::vector<os::Mount> &mounts) {
    const os::Mount *mount = os::mount_by_path(path, mounts);
    return mount == nullptr ? "" : mount->device;
}

Plan plan_of(const config::Job &job, const HostFacts &host) {
    Plan plan;
    plan.job = job.name;
    plan.is_enabled = job.enabled;
    plan.retries = job.limits.retries;
    plan.retry_delay = job.limits.retry_delay;
    plan.filesystem = filesystem_of(job.destination.path, host.mounts);
    if (job.schedule) {
        plan.schedule =
            Schedule{config::timetable_of(*job.schedule),
                     identity_of(*job.schedule, host),
                     {job.schedule->random_delay,
                      job.schedule->delay_kind == config::DelayKind::stable ? DelayKind::stable
                                                                            : DelayKind::fresh,
                      delay_seed(host.machine_id, job.name)},
                     job.schedule->catch_up,
                     job.schedule->catch_up_window};
    }
    return plan;
}

Limits limits_of(const config::DaemonSettings &settings) {
    return {settings.max_concurrent_runs, settings.max_runs_per_filesystem};
}

} // namespace intact::scheduler
