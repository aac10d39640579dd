#include "control/authorizer.hpp"

#include <unistd.h>

namespace intact::control {
namespace {

const systemd::BusPeer kBroker{"org.freedesktop.DBus", "/org/freedesktop/DBus",
                               "org.freedesktop.DBus"};

} // namespace

void Authorizer::check(const systemd::BusCall &call, Action action, std::function<void()> allowed) {
    const std::string id(kActions.at(static_cast<std::size_t>(action)));
    // The broker knows whose connection it is; what the caller says of itself counts for nothing.
    bus_.call_later(
        kBroker, "GetConnectionUnixUser", {call.sender()},
        [this, call, id, allowed](const Result<systemd::BusValues> &answer) {
            const std::uint32_t *user =
                answer && !answer->empty() ? std::get_if<std::uint32_t>(&answer->front()) : nullptr;
            if (user == nullptr) {
                call.refuse(Error(ErrorCode::permission_denied, "cannot tell who is calling"));
            } else if (*user == 0 || *user == geteuid()) {
                allowed();
            } else {
                polkit_.check(call, id, [call, allowed](const Result<> &verdict) {
                    if (verdict) {
                        allowed();
                    } else {
                        call.refuse(verdict.error());
                    }
                });
            }
        });
}

} // namespace intact::control
