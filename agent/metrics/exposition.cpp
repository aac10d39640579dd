#include "metrics/exposition.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace intact::metrics {
namespace {

std::string_view word_for(SeriesType type, Dialect dialect) {
    switch (type) {
    case SeriesType::counter:
        return "counter";
    case SeriesType::histogram:
        return "histogram";
    case SeriesType::info:
        return dialect == Dialect::openmetrics ? "info" : "gauge";
    case SeriesType::gauge:
        break;
    }
    return "gauge";
}

// OpenMetrics names a family without what its type adds to the names of its series.
std::string_view family_name(const SeriesFamily &family, Dialect dialect) {
    if (dialect == Dialect::openmetrics) {
        for (const auto &[type, suffix] :
             {std::pair(SeriesType::counter, "_total"), std::pair(SeriesType::info, "_info")}) {
            if (family.type == type && family.name.ends_with(suffix)) {
                return family.name.substr(0, family.name.size() - std::string_view(suffix).size());
            }
        }
    }
    return family.name;
}

std::string_view unit_of(std::string_view family) {
    for (const std::string_view unit : {"seconds", "bytes"}) {
        if (family.size() > unit.size() && family.ends_with(unit) &&
            family[family.size() - unit.size() - 1] == '_') {
            return unit;
        }
    }
    return "";
}

void append_escaped(std::string &text, std::string_view value) {
    if (value.find_first_of("\\\"\n") == std::string_view::npos) {
        text += value;
        return;
    }
    for (const char c : value) {
        switch (c) {
        case '\\':
            text += "\\\\";
            break;
        case '"':
            text += "\\\"";
            break;
        case '\n':
            text += "\\n";
            break;
        default:
            text += c;
        }
    }
}

void append_number(std::string &text, double value) {
    if (std::isnan(value)) {
        text += "NaN";
        return;
    }
    if (std::isinf(value)) {
        text += value > 0 ? "+Inf" : "-Inf";
        return;
    }
    std::array<char, 32> digits{};
    constexpr double kExact = 9007199254740992.0; // 2^53: below it every whole number is one
    const bool is_whole = value == std::floor(value) && std::fabs(value) < kExact;
    const auto end = is_whole ? std::to_chars(digits.data(), digits.data() + digits.size(),
                                              static_cast<std::int64_t>(value))
                              : std::to_chars(digits.data(), digits.data() + digits.size(), value);
    text.append(digits.data(), end.ptr);
}

} // namespace

double seconds_of(const std::optional<WallTime> &time) {
    return time ? std::chrono::duration<double>(time->time_since_epoch()).count() : 0;
}

void Exposition::begin(const SeriesFamily &family) {
    const std::string_view name = family_name(family, dialect_);
    name_ = family.name;
    append_head("HELP", name, family.help);
    append_head("TYPE", name, word_for(family.type, dialect_));
    const std::string_view unit = unit_of(name);
    if (dialect_ == Dialect::openmetrics && !unit.empty()) {
        append_head("UNIT", name, unit);
    }
}

void Exposition::append_head(std::string_view word, std::string_view name, std::string_view rest) {
    text_.append("# ").append(word).append(" ").append(name).append(" ");
    append_escaped(text_, rest);
    text_ += '\n';
}

void Exposition::add(std::string_view suffix, Labels labels, double value) {
    text_.append(name_).append(suffix);
    char before = '{';
    for (const auto &[name, label] : labels) {
        text_ += before;
        text_.append(name).append("=\"");
        append_escaped(text_, label);
        text_ += '"';
        before = ',';
    }
    text_.append(before == ',' ? "} " : " ");
    append_number(text_, value);
    text_ += '\n';
}

void Exposition::end() {
    if (dialect_ == Dialect::openmetrics) {
        text_ += "# EOF\n";
    }
}

} // namespace intact::metrics
