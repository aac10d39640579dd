#include "systemd/journal.hpp"

#include "base/log.hpp"

#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <string>
#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <vector>

// Where in our source a message was made tells an operator nothing.
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

namespace intact::systemd {
namespace {

int priority_of(log::Level level) {
    switch (level) {
    case log::Level::debug:
        return LOG_DEBUG;
    case log::Level::info:
        return LOG_INFO;
    case log::Level::warning:
        return LOG_WARNING;
    default:
        return LOG_ERR;
    }
}

void send(const log::Message &message) {
    std::vector<std::string> entries{fmt::format("MESSAGE={}", message.text),
                                     fmt::format("PRIORITY={}", priority_of(message.level)),
                                     "SYSLOG_IDENTIFIER=intactd"};
    if (message.event != nullptr) {
        if (!message.event->id.empty()) {
            entries.push_back(fmt::format("MESSAGE_ID={}", message.event->id));
        }
        for (const auto &[name, value] : message.event->fields) {
            if (!value.empty()) {
                entries.push_back(fmt::format("{}={}", name, value));
            }
        }
    }
    std::vector<iovec> parts;
    for (std::string &entry : entries) {
        parts.push_back({entry.data(), entry.size()});
    }
    sd_journal_sendv(parts.data(), static_cast<int>(parts.size()));
}

} // namespace

bool is_stderr_journal() {
    const char *stream = std::getenv("JOURNAL_STREAM");
    struct stat status{};
    return stream != nullptr && fstat(fileno(stderr), &status) == 0 &&
           fmt::format("{}:{}", status.st_dev, status.st_ino) == stream;
}

void log_to_journal() {
    log::send_to(send);
}

} // namespace intact::systemd
