// A place in the text of a calendar expression. Knows characters, not what they mean.
#pragma once

#include "base/text.hpp"
#include "schedule/calendar.hpp"

#include <fmt/format.h>

namespace intact::schedule {

template <typename T = void>
using Read = tl::expected<T, CalendarError>;

inline tl::unexpected<CalendarError> wrong(std::size_t at, std::size_t length, std::string message,
                                           std::string hint = "") {
    return tl::unexpected(CalendarError{std::move(message), std::move(hint), at, length});
}

inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

inline bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

struct TextCursor {
    std::string_view text;
    std::size_t at = 0;

    std::string_view rest() const { return text.substr(at); }
    bool is_over() const { return at >= text.size(); }
    /// '\0' at the end.
    char here() const { return is_over() ? '\0' : text[at]; }
    bool take(char c) {
        const bool is_here = !is_over() && text[at] == c;
        at += is_here ? 1 : 0;
        return is_here;
    }
    bool take_dots() {
        const bool is_here = rest().starts_with("..");
        at += is_here ? 2 : 0;
        return is_here;
    }
    void skip_spaces() {
        while (take(' ')) {
        }
    }
    std::string_view take_letters() {
        const std::size_t begin = at;
        while (is_letter(here())) {
            ++at;
        }
        return text.substr(begin, at - begin);
    }

    tl::unexpected<CalendarError> unexpected_here(std::string_view wanted) const {
        if (is_over()) {
            return wrong(at, 0, fmt::format("ends where {} should follow", wanted));
        }
        return wrong(
            at, 1,
            fmt::format("has '{}' where {} should be", one_line(text.substr(at, 1)), wanted));
    }
};

} // namespace intact::schedule
