// The configuration read again, and a time zone that somebody changed.
#include "base/log.hpp"
#include "daemon/clocks.hpp"
#include "daemon/daemon.hpp"
#include "daemon/event_log.hpp"
#include "engine/context.hpp"
#include "os/memory.hpp"
#include "systemd/notify.hpp"

namespace intact::daemon {

Result<control::ReloadResult> Daemon::load_again() {
    if (is_stopping_ || !scheduler_) {
        return fail(ErrorCode::cancelled, "the daemon is starting or being stopped");
    }
    systemd::notify_reloading();
    host_.mounts = scheduler::read_host_facts(engine::make_context("").host).mounts;
    JobSet read;
    config::Configuration configuration = read_configuration(read);
    log_diagnostics(configuration.diagnostics);
    control::ReloadResult result;
    for (const config::Diagnostic &one : configuration.diagnostics) {
        result.remarks.push_back(config::render_short(one));
    }
    const Result<> whole = check_whole(configuration);
    result.is_taken = whole.has_value();
    is_configuration_good_ = result.is_taken;
    if (whole) {
        take(std::move(configuration), std::move(read));
        scheduler_->configure(std::move(plans_), broken_, scheduler::limits_of(settings_), now());
        surveyor_->look_every(settings_.survey_interval);
        os::return_free_memory();
        log_reloaded(jobs_.size());
    } else {
        log_error(whole.error());
    }
    pump();
    if (control::Service *on_bus = service(); on_bus && whole) {
        on_bus->tell_reloaded();
    }
    systemd::notify_ready(status_);
    return result;
}

void Daemon::zone_changed() {
    if (!scheduler_ || is_stopping_) {
        return;
    }
    // Timetables by the host's zone are made anew; the files are those that hold already.
    ++host_.zone_changes;
    plans_.clear();
    for (const auto &[name, file] : jobs_) {
        const config::Configuration one = config::load_snapshot({main_, file.text});
        if (!one.jobs.empty()) {
            plans_.push_back(scheduler::plan_of(one.jobs.front().job, host_));
        }
    }
    scheduler_->configure(std::move(plans_), broken_, scheduler::limits_of(settings_), now());
    log::info("the host's time zone has changed: jobs without schedule.timezone= follow it");
    pump();
}

} // namespace intact::daemon
