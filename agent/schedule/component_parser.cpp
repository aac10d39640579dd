#include "schedule/component_parser.hpp"

#include <charconv>

namespace intact::schedule {
namespace {

constexpr std::size_t kMostItems = 240;
constexpr std::int64_t kMostNumber = 1'000'000;
constexpr Field kYearOrMonth{.name = "year or month", .first = 0, .last = kMostNumber};

// Two digits mean the years around us, as everywhere.
std::int64_t whole_year(std::int64_t year) {
    return year < 70 ? year + 2000 : year < 100 ? year + 1900 : year;
}

/// Rounded to microseconds.
Read<std::int64_t> read_fraction(TextCursor &cursor) {
    if (!is_digit(cursor.here())) {
        return cursor.unexpected_here("a fraction of a second");
    }
    std::int64_t value = 0;
    std::int64_t scale = kSecond;
    for (; is_digit(cursor.here()); ++cursor.at) {
        const int digit = cursor.here() - '0';
        if (scale > 1) {
            scale /= 10;
            value += digit * scale;
        } else if (scale == 1) {
            value += digit >= 5 ? 1 : 0;
            scale = 0;
        }
    }
    return value;
}

Read<std::int64_t> read_number(TextCursor &cursor, const Field &field) {
    if (!is_digit(cursor.here())) {
        return cursor.unexpected_here(fmt::format("a number ({})", field.name));
    }
    const std::size_t begin = cursor.at;
    const std::string_view rest = cursor.rest();
    std::int64_t value = 0;
    const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    cursor.at += static_cast<std::size_t>(read.ptr - rest.data());
    if (read.ec != std::errc() || value > kMostNumber) {
        return wrong(begin, cursor.at - begin, "has a number that is too large");
    }
    value *= field.unit;
    if (field.unit > 1 && cursor.here() == '.' && !cursor.rest().starts_with("..")) {
        ++cursor.at;
        INTACT_TRY_ASSIGN(const std::int64_t fraction, read_fraction(cursor));
        value += fraction;
    }
    return value;
}

Read<Item> checked(const Field &field, Item item, std::size_t begin, std::size_t length) {
    if (field.has_short_form) {
        item.first = whole_year(item.first);
        item.last = item.last ? std::optional(whole_year(*item.last)) : std::nullopt;
    }
    // What a range does not hit need not exist.
    const bool is_backward = item.last && *item.last < item.first;
    if (item.last && !is_backward) {
        *item.last -= (*item.last - item.first) % item.step;
    }
    for (const std::int64_t value :
         {item.first, is_backward ? item.first : item.last.value_or(item.first)}) {
        if (value < field.first || value > field.last) {
            return wrong(begin, length,
                         fmt::format("names {} {}; it goes from {} to {}", field.name,
                                     value / field.unit, field.first, field.last / field.unit));
        }
    }
    if (is_backward) {
        return wrong(begin, length, "has a range that ends before it begins",
                     "name both parts, as in \"22..23,0..5\"");
    }
    // Days from the end come nearer to it.
    const bool falls_outside = field.counts_down ? item.first - item.step < field.first
                                                 : item.first + item.step > field.last;
    if (item.step > 0 && !item.last && falls_outside) {
        return wrong(begin, length, fmt::format("repeats beyond the last {}", field.name),
                     "a step is counted anew in each larger unit, so that it must fit into it");
    }
    return item;
}

Read<Item> read_item(TextCursor &cursor, const Field &field) {
    const std::size_t begin = cursor.at;
    Item item;
    INTACT_TRY_ASSIGN(item.first, read_number(cursor, field));
    if (cursor.take_dots()) {
        INTACT_TRY_ASSIGN(item.last, read_number(cursor, field));
        item.step = field.unit;
    }
    const bool is_fine = field.unit > 1;
    if (is_fine && item.last && *item.last >= item.first && *item.last < item.first + field.unit &&
        cursor.here() != '/') {
        return wrong(begin, cursor.at - begin, "has a range of less than a second",
                     "name the one second, or say by which step to go");
    }
    if (cursor.take('/')) {
        const std::size_t at = cursor.at;
        INTACT_TRY_ASSIGN(item.step, read_number(cursor, field));
        if (item.step == 0) {
            return wrong(at, cursor.at - at, "repeats by 0");
        }
    }
    return item;
}

} // namespace

Read<Chain> read_component(TextCursor &cursor, const Field &field) {
    Chain chain;
    if (cursor.take('*')) {
        if (cursor.here() == ',' || cursor.here() == '/' || cursor.here() == '.') {
            return wrong(cursor.at - 1, 2, "has a '*' that is not alone",
                         cursor.here() == '/'
                             ? fmt::format("write {}/N for every Nth {}", field.first, field.name)
                             : "\"*\" means every value already");
        }
        return chain;
    }
    do {
        const std::size_t begin = cursor.at;
        INTACT_TRY_ASSIGN(const Item item, read_item(cursor, field));
        INTACT_TRY_ASSIGN(const Item good, checked(field, item, begin, cursor.at - begin));
        chain.push_back(good);
        if (chain.size() > kMostItems) {
            return wrong(cursor.at, 0, fmt::format("has more than {} {}s", kMostItems, field.name));
        }
    } while (cursor.take(','));
    return chain;
}

Read<> skip_component(TextCursor &cursor) {
    if (cursor.take('*')) {
        return {};
    }
    do {
        INTACT_TRY(read_item(cursor, kYearOrMonth));
    } while (cursor.take(','));
    return {};
}

} // namespace intact::schedule
