// The daemon's interface on a bus. tests/data/control/org.intact.Agent1.xml freezes it.
#pragma once

#include "control/agent.hpp"
#include "control/authorizer.hpp"

#include <memory>
#include <optional>
#include <string>

namespace intact::control {

/// What a run came to, as far as anybody may know it.
struct RunTold {
    std::string job;
    std::string run_id;
    std::string outcome; ///< name_of(Outcome), or "held_back"
    std::string failure; ///< name_of(ErrorCode), or the condition's name
    std::string archive;
    std::uint64_t bytes_read = 0;
    std::uint64_t bytes_written = 0;
    std::uint64_t entries = 0;
    std::uint64_t warnings = 0;
    bool is_suspicious = false;
};

/// Thread: that of the bus's loop.
class Service {
public:
    /// `agent` and `bus` outlive it.
    static Result<std::unique_ptr<Service>> offer(systemd::Bus &bus, Agent &agent);
    Service(const Service &) = delete;
    Service &operator=(const Service &) = delete;

    void tell_job_changed(const std::string &job);
    void tell_run_begun(const std::string &job, const std::string &run_id, const std::string &cause,
                        std::uint32_t attempt);
    void tell_run_ended(const RunTold &run);
    void tell_reloaded();
    /// The properties that are others than at the last call.
    void tell_state();

private:
    Service(systemd::Bus &bus, Agent &agent) : bus_(bus), agent_(agent), authorizer_(bus) {}
    systemd::BusInterface interface();
    std::vector<systemd::BusMethod> reading_methods();
    std::vector<systemd::BusMethod> changing_methods();
    std::vector<systemd::BusProperty> properties();

    systemd::Bus &bus_;
    Agent &agent_;
    Authorizer authorizer_;
    systemd::BusFacts told_; ///< properties, as they were told last
    std::optional<systemd::BusObject> object_;
    std::optional<systemd::BusObject> log_control_;
};

} // namespace intact::control
