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
