#include "control/log_control.hpp"

#include "base/log.hpp"
#include "systemd/journal.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string_view>

namespace intact::control {
namespace {

using systemd::BusChanges;
using systemd::BusValue;

struct LevelName {
    std::string_view name; ///< of syslog
    log::Level level;
};
/// Several of theirs are one of ours; the first is its name.
constexpr std::array<LevelName, 8> kLevels{{{"debug", log::Level::debug},
                                            {"info", log::Level::info},
                                            {"notice", log::Level::info},
                                            {"warning", log::Level::warning},
                                            {"err", log::Level::error},
                                            {"crit", log::Level::error},
                                            {"alert", log::Level::error},
                                            {"emerg", log::Level::error}}};

std::string text_in(const BusValue &value) {
    const auto *text = std::get_if<std::string>(&value);
    return text == nullptr ? "" : *text;
}

BusValue level() {
    const auto found = std::find_if(kLevels.begin(), kLevels.end(), [](const LevelName &one) {
        return one.level == log::threshold();
    });
    return std::string(found == kLevels.end() ? "err" : found->name);
}

Result<> set_level(const BusValue &value) {
    const std::string name = text_in(value);
    const auto found = std::find_if(kLevels.begin(), kLevels.end(),
                                    [&](const LevelName &one) { return one.name == name; });
    if (found == kLevels.end()) {
        return fail(ErrorCode::usage, fmt::format("'{}' is no level of a log", name));
    }
    log::start(found->level);
    return {};
}

BusValue target() {
    return std::string(systemd::is_stderr_journal() ? "journal" : "console");
}

// Where a service's log goes is decided where it is started.
Result<> set_target(const BusValue &value) {
    if (value == target() || text_in(value) == "auto") {
        return {};
    }
    return fail(ErrorCode::usage, fmt::format("the log goes to '{}'", text_in(target())));
}

} // namespace

systemd::BusInterface log_control() {
    return {"/org/freedesktop/LogControl1",
            "org.freedesktop.LogControl1",
            {},
            {{"LogLevel", "s", BusChanges::untold, level, set_level},
             {"LogTarget", "s", BusChanges::untold, target, set_target},
             {"SyslogIdentifier",
              "s",
              BusChanges::never,
              [] { return BusValue(std::string("intactd")); },
              {}}},
            {}};
}

} // namespace intact::control
