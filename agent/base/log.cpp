#include "base/log.hpp"

#include "base/text.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace intact::log {
namespace {

spdlog::logger &logger() {
    static const auto instance = [] {
        auto made = spdlog::stderr_color_mt("intact");
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

void write(Level level, std::string_view message) {
    logger().log(to_spdlog(level), "{}", one_line(message));
}

} // namespace

void start(Level threshold) {
    logger().set_level(to_spdlog(threshold));
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
