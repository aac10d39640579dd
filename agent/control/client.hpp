// The daemon, as one who asks it over a bus sees it.
#pragma once

#include "control/agent.hpp"
#include "control/service.hpp"

#include <functional>
#include <memory>

namespace intact::control {

struct Listener {
    std::function<void(const std::string &job, const std::string &run_id, const std::string &cause,
                       std::uint32_t attempt)>
        on_run_begun;
    std::function<void(const RunTold &run)> on_run_ended;
    std::function<void(const JobState &state)> on_job_changed;
    std::function<void()> on_change; ///< anything else
    std::function<void()> on_gone;   ///< the daemon has left the bus
};

/// Errors of all: unreachable when there is no bus or no daemon on it; those of control::Agent;
/// permission_denied. Thread: one. Each waits for the answer.
class Client {
public:
    static Result<std::unique_ptr<Client>> connect(systemd::BusKind kind);

    Result<AgentState> state();
    Result<JobState> job(const std::string &job);
    Result<std::vector<JobState>> jobs();
    Result<> run(const std::string &job);
    Result<std::string> cancel(const std::string &job);
    Result<> pause(const std::string &job, std::optional<WallTime> until);
    Result<> resume(const std::string &job);
    Result<ReloadResult> reload();
    Result<> accept_clock();

    Result<> listen(Listener listener);
    /// Readable when something may have come; take_what_came() calls the listener back.
    int fd() const { return bus_->fd(); }
    Result<> take_what_came() { return bus_->take_what_came(); }

private:
    explicit Client(std::unique_ptr<systemd::Bus> bus) : bus_(std::move(bus)) {}
    Result<systemd::BusValues> ask(const std::string &method, const systemd::BusValues &values);
    void hear(const std::string &signal, const systemd::BusValues &values) const;

    std::unique_ptr<systemd::Bus> bus_;
    Listener listener_;
};

} // namespace intact::control
