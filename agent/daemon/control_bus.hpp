// The daemon's place on a bus: its name, what it offers there, and the way back when the bus was
// gone. Backups go on without it.
#pragma once

#include "control/service.hpp"
#include "systemd/event_loop.hpp"
#include "systemd/inhibitor.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace intact::daemon {

/// Thread: that of the loop.
class ControlBus {
public:
    /// `loop` and `agent` outlive it.
    ControlBus(systemd::EventLoop &loop, systemd::BusKind kind, control::Agent &agent)
        : loop_(loop), kind_(kind), agent_(agent) {}
    ControlBus(const ControlBus &) = delete;
    ControlBus &operator=(const ControlBus &) = delete;

    /// Told once whether the name is ours. Errors: unreachable; already_exists; permission_denied.
    Result<> connect(std::function<void(const Result<> &)> on_name);
    /// None while the bus is gone.
    control::Service *service() { return is_connected_ ? service_.get() : nullptr; }
    /// Puts a question to another on the bus; false: it is gone.
    bool ask(const systemd::BusPeer &whom, const std::string &method,
             const systemd::BusValues &values, systemd::Bus::Answer answer);
    /// While a run is on, the host is asked to put off its shutdown for a moment.
    void delay_shutdown(bool is_wanted);

private:
    Result<> open(std::function<void(const Result<> &)> on_name);
    void lose();
    void come_back();
    void try_later();

    systemd::EventLoop &loop_;
    const systemd::BusKind kind_;
    control::Agent &agent_;
    std::unique_ptr<systemd::Bus> bus_;
    std::unique_ptr<control::Service> service_;
    std::optional<systemd::Inhibitor> inhibitor_;
    systemd::Timer retry_;
    std::chrono::microseconds rest_{0};
    bool is_connected_ = false;
    bool was_refused_ = false; ///< a delay of the shutdown: told once
};

} // namespace intact::daemon
