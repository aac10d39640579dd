#include "base/log.hpp"

#include "base/text.hpp"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <spdlog/details/null_mutex.h>
#include <spdlog/details/os.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <string>
#include <unistd.h>

namespace intact::log {
namespace {

struct Surroundings {
    std::mutex mutex;
    std::function<void(const std::function<void()> &)> around;
    std::function<void(std::string_view)> out;
    std::function<void(const Message &)> sink;
    const Event *event = nullptr; ///< the one that is being written
};

Surroundings &surroundings() {
    static Surroundings instance;
    return instance;
}

bool wants_colour() {
    // Not only whether it is a terminal, but also what its user wants (no-color.org).
    const char *no_color = std::getenv("NO_COLOR");
    return (no_color == nullptr || *no_color == '\0') && isatty(STDERR_FILENO) == 1 &&
           spdlog::details::os::is_color_terminal();
}

std::string_view colour_of(spdlog::level::level_enum level) {
    switch (level) {
    case spdlog::level::warn:
        return "\x1b[1;33m";
    case spdlog::level::err:
        return "\x1b[1;31m";
    default:
        return "\x1b[32m";
    }
}

Level from_spdlog(spdlog::level::level_enum level) {
    switch (level) {
    case spdlog::level::debug:
        return Level::debug;
    case spdlog::level::info:
        return Level::info;
    case spdlog::level::warn:
        return Level::warning;
    default:
        return Level::error;
    }
}

// Whole lines to whoever writes them; spdlog's own sinks know only a FILE.
class LineSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
    // Thread: under the mutex of the surroundings.
    void sink_it_(const spdlog::details::log_msg &message) override {
        if (surroundings().sink) {
            surroundings().sink({from_spdlog(message.level),
                                 {message.payload.data(), message.payload.size()},
                                 surroundings().event});
            return;
        }
        spdlog::memory_buf_t formatted;
        formatter_->format(message, formatted);
        std::string line(formatted.data(), formatted.size());
        if (wants_colour_) {
            line.insert(message.color_range_end, "\x1b[0m");
            line.insert(message.color_range_start, colour_of(message.level));
        }
        if (surroundings().out) {
            surroundings().out(line);
        } else {
            std::fwrite(line.data(), 1, line.size(), stderr);
        }
    }
    void flush_() override {}

    const bool wants_colour_ = wants_colour();
};

spdlog::logger &logger() {
    static const auto instance = [] {
        auto made = std::make_shared<spdlog::logger>("intact", std::make_shared<LineSink>());
        made->set_pattern("%^%l%$: %v");
        made->set_level(spdlog::level::info);
        return made;
    }();
    return *instance;
}

spdlog::level::level_enum to_spdlog(Level level) {
    switch (level) {
    case Level::debug:
        return spdlog::level::debug;
    case Level::info:
        return spdlog::level::info;
    case Level::warning:
        return spdlog::level::warn;
    case Level::error:
        return spdlog::level::err;
    case Level::off:
        break;
    }
    return spdlog::level::off;
}

void write(Level level, std::string_view message, const Event *event = nullptr) {
    const auto level_of_spdlog = to_spdlog(level);
    if (!logger().should_log(level_of_spdlog)) {
        return;
    }
    const auto now = [&] { logger().log(level_of_spdlog, "{}", one_line(message)); };
    const std::lock_guard lock(surroundings().mutex);
    surroundings().event = event;
    if (surroundings().around) {
        surroundings().around(now);
    } else {
        now();
    }
    surroundings().event = nullptr;
}

} // namespace

void start(Level threshold) {
    logger().set_level(to_spdlog(threshold));
}

Level threshold() {
    return from_spdlog(logger().level());
}

void write_within(std::function<void(const std::function<void()> &)> around) {
    const std::lock_guard lock(surroundings().mutex);
    surroundings().around = std::move(around);
}

void write_to(std::function<void(std::string_view line)> out) {
    const std::lock_guard lock(surroundings().mutex);
    surroundings().out = std::move(out);
}

void send_to(std::function<void(const Message &)> sink) {
    const std::lock_guard lock(surroundings().mutex);
    surroundings().sink = std::move(sink);
}

void event(const Event &event) {
    write(event.level, event.text, &event);
}

void debug(std::string_view message) {
    write(Level::debug, message);
}
void info(std::string_view message) {
    write(Level::info, message);
}
void warning(std::string_view message) {
    write(Level::warning, message);
}
void error(std::string_view message) {
    write(Level::error, message);
}

} // namespace intact::log
