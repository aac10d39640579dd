#include "config/choices.hpp"

namespace intact::config {

std::string_view name_of(Compression compression) {
    return kCompressions[static_cast<std::size_t>(compression)];
}

std::string_view name_of(Strategy strategy) {
    return kStrategies[static_cast<std::size_t>(strategy)];
}

std::string_view name_of(VerifyDepth depth) {
    return kDepths[static_cast<std::size_t>(depth)];
}

std::string_view name_of(SourceType type) {
    return kSourceTypes[static_cast<std::size_t>(type)];
}

formats::Format stream_format(const Source &source) {
    if (const auto *command = std::get_if<CommandSource>(&source)) {
        return command->format;
    }
    if (const auto *database = std::get_if<DatabaseSource>(&source)) {
        return database->format;
    }
    return {formats::Kind::tar, {}};
}

schedule::Timetable timetable_of(const Schedule &schedule) {
    std::vector<schedule::Calendar> calendars;
    for (const std::string &text : schedule.calendar) {
        calendars.push_back(schedule::Calendar::parse(text).value());
    }
    return {std::move(calendars),
            schedule.timezone.empty() ? schedule::Zone::host()
                                      : schedule::Zone::named(schedule.timezone).value(),
            schedule.dst_gap};
}

} // namespace intact::config
