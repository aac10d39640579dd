#include "daemon/control_bus.hpp"

#include "base/log.hpp"
#include "daemon/clocks.hpp"
#include "daemon/messages.hpp"

#include <fmt/format.h>

namespace intact::daemon {
namespace {

constexpr std::chrono::microseconds kFirstRest = std::chrono::seconds(5);
constexpr std::chrono::microseconds kLongestRest = std::chrono::minutes(5);

} // namespace

Result<> ControlBus::connect(std::function<void(const Result<> &)> on_name) {
    INTACT_TRY_ASSIGN(retry_, loop_.timer(systemd::TimerClock::boot, [this] { come_back(); }));
    return open(std::move(on_name));
}

Result<> ControlBus::open(std::function<void(const Result<> &)> on_name) {
    INTACT_TRY_ASSIGN(bus_, systemd::Bus::connect(kind_));
    INTACT_TRY(bus_->attach(loop_));
    INTACT_TRY(bus_->on_disconnect([this] { lose(); }));
    INTACT_TRY_ASSIGN(service_, control::Service::offer(*bus_, agent_));
    return bus_->request_name(control::kAgent.service,
                              [this, told = std::move(on_name)](const Result<> &named) {
                                  is_connected_ = named.has_value();
                                  told(named);
                              });
}

// The connection is taken down later: this is called from within it.
void ControlBus::lose() {
    log::event({log::Level::warning,
                "the bus is gone: until it is back nobody can ask for anything; backups go on",
                message::kBusLost,
                {}});
    is_connected_ = false;
    rest_ = kFirstRest;
    retry_.set(boot_time() + rest_);
}

void ControlBus::come_back() {
    inhibitor_.reset();
    service_.reset();
    bus_.reset();
    const auto opened = open([this](const Result<> &named) {
        if (named) {
            log::info("back on the bus");
        } else {
            try_later();
        }
    });
    if (!opened) {
        try_later();
    }
}

void ControlBus::try_later() {
    rest_ = std::min(rest_ * 2, kLongestRest);
    retry_.set(boot_time() + rest_);
}

bool ControlBus::ask(const systemd::BusPeer &whom, const std::string &method,
                     const systemd::BusValues &values, systemd::Bus::Answer answer) {
    if (is_connected_) {
        bus_->call_later(whom, method, values, std::move(answer));
    }
    return is_connected_;
}

void ControlBus::delay_shutdown(bool is_wanted) {
    if (!is_wanted) {
        inhibitor_.reset();
    } else if (!inhibitor_ && is_connected_ && kind_ == systemd::BusKind::system) {
        inhibitor_.emplace(*bus_, "Intact", "A backup is being taken", [this](const Error &error) {
            if (!was_refused_) {
                was_refused_ = true;
                log::info(error.message() + ", going on without");
            }
        });
    }
}

} // namespace intact::daemon
