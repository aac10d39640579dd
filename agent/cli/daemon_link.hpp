// The daemon as verbs ask it: the connection, and the wait for news that a signal ends.
#pragma once

#include "cli/session.hpp"
#include "control/client.hpp"
#include "os/stop_fd.hpp"

#include <chrono>
#include <memory>

namespace intact::cli {

/// Errors: unreachable.
Result<std::unique_ptr<control::Client>> reach_daemon(const Session &session);

enum class News { came, none, stopped };
/// Hands what has come to the client's listener, or waits for it. Errors: io.
Result<News> await_news(control::Client &client, std::chrono::milliseconds patience,
                        const os::StopFd &stop);

} // namespace intact::cli
