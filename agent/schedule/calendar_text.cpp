#include "schedule/calendar_text.hpp"

#include "schedule/component_parser.hpp"
#include "schedule/words.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace intact::schedule {
namespace {

std::string number(std::int64_t value) {
    return fmt::format("{:02}", value);
}

std::string second(std::int64_t value, bool is_padded) {
    const std::int64_t rest = value % kSecond;
    const std::string whole =
        is_padded ? number(value / kSecond) : fmt::format("{}", value / kSecond);
    return rest == 0 ? whole : fmt::format("{}.{:06}", whole, rest);
}

std::string spelled_chain(const Chain &chain) {
    std::string out;
    for (const Item &item : chain) {
        out += (out.empty() ? "" : ",") + number(item.first);
        if (item.last) {
            out += ".." + number(*item.last);
        }
        // A range goes by ones unless it says otherwise.
        if (item.step > 0 && !(item.last && item.step == 1)) {
            out += fmt::format("/{}", item.step);
        }
    }
    return out.empty() ? "*" : out;
}

std::string spelled_seconds(const Chain &chain) {
    // One item that takes every second makes the others needless.
    if (std::find(chain.begin(), chain.end(), kEverySecond.front()) != chain.end()) {
        return "*";
    }
    std::string out;
    for (const Item &item : chain) {
        out += (out.empty() ? "" : ",") + second(item.first, true);
        if (item.last) {
            out += ".." + second(*item.last, true);
        }
        if (item.step > 0 && !(item.last && item.step == kSecond)) {
            out += "/" + second(item.step, false);
        }
    }
    return out;
}

std::string spelled_weekdays(std::uint8_t weekdays) {
    std::string out;
    for (std::size_t day = 0; day < kWeekdays.size(); ++day) {
        std::size_t end = day;
        while (end < kWeekdays.size() && (weekdays >> end & 1) != 0) {
            ++end;
        }
        if (end == day) {
            continue;
        }
        out += (out.empty() ? "" : ",") + std::string(kWeekdays[day].substr(0, 3));
        if (end - day >= 2) {
            out += (end - day == 2 ? "," : "..") + std::string(kWeekdays[end - 1].substr(0, 3));
        }
        day = end;
    }
    return out;
}

} // namespace

std::string spelled(const CalendarParts &parts) {
    return fmt::format("{}{}{}-{}{}{} {}:{}:{}", spelled_weekdays(parts.weekdays),
                       parts.weekdays == 0 ? "" : " ", spelled_chain(parts.year),
                       spelled_chain(parts.month), parts.day_from_end ? "~" : "-",
                       spelled_chain(parts.day), spelled_chain(parts.hour),
                       spelled_chain(parts.minute), spelled_seconds(parts.second));
}

} // namespace intact::schedule
