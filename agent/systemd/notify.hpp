// What a service tells its manager. Without one ($NOTIFY_SOCKET) each call does nothing.
// Source: sd_notify(3).
#pragma once

#include <chrono>
#include <string_view>

namespace intact::systemd {

/// One line for `systemctl status`.
void notify_status(std::string_view status);
/// Started, or done with reloading, whether that went well or not.
void notify_ready(std::string_view status);
void notify_reloading();
void notify_stopping(std::string_view status);
/// The stop takes up to so long from now; asked for again before that is over.
void extend_timeout(std::chrono::microseconds from_now);
/// Why the service cannot start. `error_number` is an errno value, or 0.
void notify_failure(int error_number, std::string_view status);

} // namespace intact::systemd
