#include "metrics/negotiate.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace intact::metrics {
namespace {

/// Longer lists are nobody's; what follows is not read.
constexpr int kMostRanges = 32;
constexpr int kFullQuality = 1000;

std::string_view without_blanks(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// Takes what stands before the separator away from the front.
std::string_view take_until(std::string_view &text, char separator) {
    const std::size_t end = std::min(text.find(separator), text.size());
    const std::string_view taken = without_blanks(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    return taken;
}

/// "0.75" as 750; what is no quality is none.
int quality_of(std::string_view text) {
    if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1') ||
        (text.size() > 1 && text[1] != '.')) {
        return 0;
    }
    int quality = (text[0] - '0') * kFullQuality;
    int unit = kFullQuality / 10;
    for (const char c : text.substr(std::min<std::size_t>(text.size(), 2))) {
        if (c < '0' || c > '9') {
            return 0;
        }
        quality += (c - '0') * unit;
        unit /= 10;
    }
    return std::min(quality, kFullQuality);
}

struct MediaRange {
    std::string_view type;
    std::string_view version;
    int quality = kFullQuality;
};

MediaRange read_range(std::string_view text) {
    MediaRange range;
    range.type = take_until(text, ';');
    while (!text.empty()) {
        std::string_view parameter = take_until(text, ';');
        const std::string_view name = take_until(parameter, '=');
        std::string_view value = without_blanks(parameter);
        if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"')) {
            value = value.substr(1, value.size() - 2);
        }
        if (is_same_word(name, "version")) {
            range.version = value;
        } else if (is_same_word(name, "q")) {
            range.quality = quality_of(value);
        }
    }
    return range;
}

bool is_openmetrics(const MediaRange &range) {
    // 0.0.1 is what Prometheus calls a draft of it, and has been asking for beside 1.0.0.
    return is_same_word(range.type, "application/openmetrics-text") &&
           (range.version.empty() || range.version == "1.0.0");
}

bool is_text(const MediaRange &range) {
    return is_same_word(range.type, "text/plain") &&
           (range.version.empty() || range.version == "0.0.4");
}

bool is_any(const MediaRange &range) {
    return range.type == "*/*" || is_same_word(range.type, "text/*");
}

} // namespace

std::string_view content_type_of(Dialect dialect) {
    return dialect == Dialect::openmetrics
               ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
               : "text/plain; version=0.0.4; charset=utf-8";
}

Dialect choose_dialect(std::string_view accept) {
    int openmetrics = 0;
    int text = 0;
    bool has_text = false;
    for (int i = 0; i < kMostRanges && !accept.empty(); ++i) {
        const MediaRange range = read_range(take_until(accept, ','));
        if (is_openmetrics(range)) {
            openmetrics = std::max(openmetrics, range.quality);
        } else if (is_text(range)) {
            text = has_text ? std::max(text, range.quality) : range.quality;
            has_text = true;
        } else if (is_any(range) && !has_text) {
            text = std::max(text, range.quality); // what is named exactly counts before it
        }
    }
    return openmetrics > text ? Dialect::openmetrics : Dialect::text;
}

} // namespace intact::metrics
