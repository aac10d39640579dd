#include "systemd/notify.hpp"

#include <ctime>
#include <fmt/format.h>
#include <systemd/sd-daemon.h>

namespace intact::systemd {
namespace {

// A line break would begin another assignment.
std::string one_status(std::string_view status) {
    std::string line(status.substr(0, status.find('\n')));
    return line;
}

void notify(const std::string &state) {
    sd_notify(0, state.c_str());
}

} // namespace

void notify_status(std::string_view status) {
    notify(fmt::format("STATUS={}", one_status(status)));
}

void notify_ready(std::string_view status) {
    notify(fmt::format("READY=1\nSTATUS={}", one_status(status)));
}

void notify_reloading() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    notify(
        fmt::format("RELOADING=1\nMONOTONIC_USEC={}", now.tv_sec * 1'000'000 + now.tv_nsec / 1000));
}

void notify_stopping(std::string_view status) {
    notify(fmt::format("STOPPING=1\nSTATUS={}", one_status(status)));
}

void extend_timeout(std::chrono::microseconds from_now) {
    notify(fmt::format("EXTEND_TIMEOUT_USEC={}", from_now.count()));
}

void notify_failure(int error_number, std::string_view status) {
    notify(fmt::format("ERRNO={}\nSTATUS={}", error_number, one_status(status)));
}

} // namespace intact::systemd
