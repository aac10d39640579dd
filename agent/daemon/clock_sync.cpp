#include "daemon/clock_sync.hpp"

#include "daemon/clocks.hpp"
#include "os/clock_sync.hpp"

namespace intact::daemon {
namespace {

constexpr std::chrono::microseconds kHolds = std::chrono::minutes(1);
const systemd::BusPeer kTimedate{"org.freedesktop.timedate1", "/org/freedesktop/timedate1",
                                 "org.freedesktop.DBus.Properties"};

} // namespace

ClockSync::ClockSync(Ask ask)
    : ask_(std::move(ask)), state_(std::make_shared<std::optional<bool>>()) {}

std::optional<bool> ClockSync::state() {
    if (const auto now = boot_time(); !looked_ || now - *looked_ >= kHolds) {
        looked_ = now;
        look();
    }
    return *state_;
}

void ClockSync::look() {
    if (const auto known = os::is_clock_synchronized()) {
        *state_ = known;
        return;
    }
    const auto take = [state = std::weak_ptr(state_)](const Result<systemd::BusValues> &answer) {
        const auto still_wanted = state.lock();
        const auto *facts =
            answer && !answer->empty() ? std::get_if<systemd::BusFacts>(&answer->front()) : nullptr;
        const auto found =
            facts == nullptr ? systemd::BusFacts::const_iterator() : facts->find("NTPSynchronized");
        if (!still_wanted || facts == nullptr || found == facts->end()) {
            return;
        }
        if (const bool *is_synchronized = std::get_if<bool>(&found->second)) {
            *still_wanted = *is_synchronized;
        }
    };
    if (!ask_(kTimedate, "GetAll", {std::string("org.freedesktop.timedate1")}, take)) {
        state_->reset();
    }
}

} // namespace intact::daemon
