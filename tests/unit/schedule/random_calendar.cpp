#include "unit/schedule/random_calendar.hpp"

#include "schedule/words.hpp"

#include <fmt/format.h>

namespace intact::schedule {

std::string RandomCalendar::weekdays() {
    std::string out;
    for (std::int64_t left = number(1, 3); left > 0; --left) {
        const auto name = [this](std::int64_t day) {
            const std::string_view full = kWeekdays.at(static_cast<std::size_t>(day));
            return std::string(chance(20) ? full : full.substr(0, 3));
        };
        const std::int64_t first = number(0, 6);
        out += (out.empty() ? "" : ",") + name(first);
        if (chance(40)) {
            out += ".." + name(number(first, 6));
        }
    }
    return out;
}

std::string RandomCalendar::item(std::int64_t least, std::int64_t most, bool counts_down) {
    const std::int64_t first = number(least, most);
    if (chance(55)) {
        return fmt::format("{}", first);
    }
    if (chance(50)) {
        const std::int64_t last = number(first, most);
        return chance(40) ? fmt::format("{}..{}/{}", first, last, number(1, most - least + 1))
                          : fmt::format("{}..{}", first, last);
    }
    const std::int64_t room = counts_down ? first - least : most - first;
    return room < 1 ? fmt::format("{:02}", first) : fmt::format("{:02}/{}", first, number(1, room));
}

std::string RandomCalendar::component(std::int64_t least, std::int64_t most, int any_percent,
                                      bool counts_down) {
    if (chance(any_percent)) {
        return "*";
    }
    std::string out = item(least, most, counts_down);
    while (chance(25)) {
        out += "," + item(least, most, counts_down);
    }
    return out;
}

std::string RandomCalendar::date() {
    std::string out;
    if (chance(60)) {
        out = component(1970, 2199, 80) + "-";
    }
    out += component(1, 12, 60);
    const bool counts_down = chance(20);
    return out + (counts_down ? "~" + component(1, 28, 20, true) : "-" + component(1, 31, 50));
}

std::string RandomCalendar::time() {
    std::string out = component(0, 23, 30) + ":" + component(0, 59, 25);
    if (chance(50)) {
        out += ":" + component(0, 59, 15);
    }
    return out;
}

std::string RandomCalendar::expression() {
    if (chance(3)) {
        return std::string(
            kShorthands.at(static_cast<std::size_t>(number(0, kShorthands.size() - 1))).word);
    }
    const bool has_time = chance(85);
    const bool has_date = chance(60);
    std::string out;
    const auto add = [&out](const std::string &part) { out += (out.empty() ? "" : " ") + part; };
    if (chance(40) || (!has_time && !has_date)) {
        add(weekdays());
    }
    if (has_date) {
        add(date());
    }
    if (has_time) {
        add(time());
    }
    return out;
}

std::string RandomCalendar::damaged() {
    constexpr std::string_view kBytes = "0123456789*,.-~/: MonSatdaily@";
    std::string out = expression();
    for (std::int64_t left = number(1, 3); left > 0 && !out.empty(); --left) {
        const auto at =
            static_cast<std::size_t>(number(0, static_cast<std::int64_t>(out.size()) - 1));
        const char byte = kBytes.at(
            static_cast<std::size_t>(number(0, static_cast<std::int64_t>(kBytes.size()) - 1)));
        switch (number(0, 2)) {
        case 0:
            out.erase(at, 1);
            break;
        case 1:
            out.insert(at, 1, byte);
            break;
        default:
            out[at] = byte;
        }
    }
    return out;
}

} // namespace intact::schedule
