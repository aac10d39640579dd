#include "config/toml_node.hpp"

#include "config/nesting.hpp"
#include "config/syntax_hint.hpp"
#include "config/utf8.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace intact::config {
namespace {

/// What would stop the parser, or crash it, before it can say where.
bool is_parsable(const SourceText &text, Remarks &remarks) {
    if (const std::optional<Span> place = text.malformed()) {
        remarks.add(
            Code::syntax, *place,
            {"the file is not UTF-8", "this byte is no character", "save the file as UTF-8"});
        return false;
    }
    if (const std::optional<std::size_t> offset = find_deep_key(text.text())) {
        remarks.add(Code::syntax, text.span_at(*offset), {"a key with too many dots", "", ""});
        return false;
    }
    return true;
}

/// The library's words without its refrain.
std::string words_of(std::string_view description) {
    constexpr std::string_view kRefrain = "Error while parsing ";
    return description.starts_with(kRefrain)
               ? fmt::format("not valid TOML, in {}", description.substr(kRefrain.size()))
               : fmt::format("not valid TOML: {}", description);
}

} // namespace

std::optional<toml::table> parse_toml(const SourceText &text, Remarks &remarks) {
    if (!is_parsable(text, remarks)) {
        return std::nullopt;
    }
    try {
        return toml::parse(text.text());
    } catch (const toml::parse_error &error) {
        const toml::source_position begin = error.source().begin;
        Span span{begin.line, begin.column, 1};
        // The end of the file may lie past its last line.
        const std::string_view line = text.line(span.line);
        remarks.add(Code::syntax, span,
                    {words_of(error.description()), "",
                     syntax_hint(line, offset_of_point(line, span.column - 1))});
    }
    return std::nullopt;
}

Span span_of(const toml::source_region &region, const SourceText &text) {
    Span span{region.begin.line, region.begin.column, 1};
    if (region.end.line == region.begin.line) {
        span.width = std::max(region.end.column, region.begin.column + 1) - region.begin.column;
    } else if (span.line != 0) {
        const std::size_t points = count_points(text.line(span.line));
        span.width = static_cast<unsigned>(std::max<std::size_t>(points + 1, span.column + 1U)) -
                     span.column;
    }
    return span;
}

Span span_of(const toml::key &key, const toml::node &value, const SourceText &text) {
    const toml::table *table = value.as_table();
    const bool has_header = (table != nullptr && !table->is_inline()) || value.is_array_of_tables();
    return span_of(has_header ? key.source() : value.source(), text);
}

std::string_view kind_of(const toml::node &value) {
    switch (value.type()) {
    case toml::node_type::string:
        return "a string";
    case toml::node_type::integer:
        return "an integer";
    case toml::node_type::floating_point:
        return "a number with a fraction";
    case toml::node_type::boolean:
        return value.as_boolean()->get() ? "true" : "false";
    case toml::node_type::date:
        return "a date";
    case toml::node_type::time:
        return "a time";
    case toml::node_type::date_time:
        return "a date and time";
    case toml::node_type::array:
        return value.is_array_of_tables() ? "a list of tables" : "a list";
    default:
        return "a table";
    }
}

} // namespace intact::config
