#include "base/log.hpp"

#include "base/text.hpp"

#include <cstdlib>
#include <mutex>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace intact::log {
namespace {

spdlog::logger &logger() {
    static const auto instance = [] {
        // spdlog looks at the terminal, but not at what its user wants (no-color.org).
        const char *no_color = std::getenv("NO_COLOR");
        auto made = spdlog::stderr_color_mt("intact", no_color != nullptr && *no_color != '\0'
                                                          ? spdlog::color_mode::never
                                                          : spdlog::color_mode::automatic);
        made->set_pattern("%^%l%$: %v");
        made->set_level(spdlog::level::info);
        return made;
    }();
    return *instance;
}

struct Surroundings {
    std::mutex mutex;
    std::function<void(const std::function<void()> &)> around;
};

Surroundings &surroundings() {
    static Surroundings instance;
    return instance;
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

void write(Level level, std::string_view message) {
    const auto level_of_spdlog = to_spdlog(level);
    if (!logger().should_log(level_of_spdlog)) {
        return;
    }
    const auto now = [&] { logger().log(level_of_spdlog, "{}", one_line(message)); };
    const std::lock_guard lock(surroundings().mutex);
    if (surroundings().around) {
        surroundings().around(now);
    } else {
        now();
    }
}

} // namespace

void start(Level threshold) {
    logger().set_level(to_spdlog(threshold));
}

void write_within(std::function<void(const std::function<void()> &)> around) {
    const std::lock_guard lock(surroundings().mutex);
    surroundings().around = std::move(around);
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
