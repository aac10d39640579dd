#include "config/value_reader.hpp"

#include "base/quantity.hpp"
#include "base/text.hpp"
#include "config/config.hpp"
#include "config/reference_reader.hpp"
#include "config/utf8.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace intact::config {
namespace {

using std::chrono::microseconds;

std::string_view expected_by(Kind kind) {
    switch (kind) {
    case Kind::boolean:
        return "true or false";
    case Kind::integer:
        return "an integer";
    case Kind::duration:
        return "a duration in quotes, such as \"15min\"";
    case Kind::size:
        return "a size in quotes, such as \"4MiB\"";
    case Kind::flag_or_text:
        return "true, false or a string";
    case Kind::texts:
        return "a list of strings";
    case Kind::text_or_texts:
        return "a string or a list of strings";
    case Kind::table_of_texts:
    case Kind::environment:
        return "a table of strings";
    case Kind::text_or_table:
        return "a string or a table of strings";
    case Kind::secret:
        return "a string, or a table that says where it is";
    default:
        return "a string";
    }
}

class ValueReader {
public:
    ValueReader(const Key &key, const SourceText &text, Remarks &remarks)
        : key_(key), text_(text), remarks_(remarks) {}

    std::optional<Data> read(const toml::node &node, Span span) {
        switch (key_.kind) {
        case Kind::boolean:
            return node.is_boolean() ? std::optional<Data>(node.as_boolean()->get())
                                     : wrong_type(node, span);
        case Kind::integer:
            return node.is_integer() ? integer(node.as_integer()->get(), span)
                                     : wrong_type(node, span);
        case Kind::flag_or_text:
            return node.is_boolean()  ? std::optional<Data>(node.as_boolean()->get())
                   : node.is_string() ? word(node.as_string()->get(), span)
                                      : wrong_type(node, span);
        case Kind::texts:
            return node.is_array() ? texts(*node.as_array(), span) : wrong_type(node, span);
        case Kind::text_or_texts:
            return node.is_array() ? texts(*node.as_array(), span) : one_text(node, span);
        case Kind::table_of_texts:
        case Kind::environment:
        case Kind::text_or_table:
            return key_.all_names != nullptr && node.is_string()
                       ? same_for_all(node.as_string()->get(), span)
                   : node.is_table() ? entries(*node.as_table())
                                     : wrong_type(node, span);
        case Kind::secret:
            return secret(node, span);
        default:
            return node.is_string() ? word(node.as_string()->get(), span) : wrong_type(node, span);
        }
    }

private:
    std::nullopt_t refuse(Code code, Span span, std::string_view message, std::string label = "",
                          std::string hint = "") {
        remarks_.add(
            code, span,
            {fmt::format("'{}' {}", key_.name, message), std::move(label), std::move(hint)});
        return std::nullopt;
    }

    std::optional<Data> wrong_type(const toml::node &node, Span span) {
        std::string hint;
        if (key_.kind == Kind::boolean && node.is_string()) {
            hint = "write true or false without quotes";
        } else if (key_.kind == Kind::integer && node.is_string()) {
            hint = "write the number without quotes";
        } else if (key_.kind == Kind::duration && node.is_integer()) {
            hint = fmt::format("add a unit and quotes: \"{}s\"", node.as_integer()->get());
        } else if (key_.kind == Kind::texts && node.is_string()) {
            hint = "put it in brackets: [\"\u2026\"]";
        }
        return refuse(Code::wrong_type, span, fmt::format("must be {}", expected_by(key_.kind)),
                      fmt::format("found {}", kind_of(node)), std::move(hint));
    }

    std::optional<Data> integer(std::int64_t value, Span span) {
        if (value < key_.minimum || value > key_.maximum) {
            return refuse(
                Code::out_of_range, span,
                fmt::format("must be from {} to {}, not {}", key_.minimum, key_.maximum, value));
        }
        return value;
    }

    std::optional<Data> word(const std::string &value, Span span) {
        switch (key_.kind) {
        case Kind::choice:
            return choice(value, span);
        case Kind::duration:
            return duration(value, span);
        case Kind::size:
            return size(value, span);
        default:
            return is_right(value, span) ? std::optional<Data>(value) : std::nullopt;
        }
    }

    std::optional<Data> choice(const std::string &value, Span span) {
        if (std::find(key_.choices.begin(), key_.choices.end(), value) != key_.choices.end()) {
            return value;
        }
        const std::vector<std::string> likely =
            nearest(value, {key_.choices.begin(), key_.choices.end()});
        return refuse(Code::unknown_value, span, fmt::format("cannot be {}", ticked(value)),
                      likely.empty() ? "" : fmt::format("did you mean \"{}\"?", likely.front()),
                      fmt::format("one of \"{}\"", fmt::join(key_.choices, "\", \"")));
    }

    std::optional<Data> duration(const std::string &value, Span span) {
        const Result<microseconds> read = parse_duration(value);
        if (!read) {
            return refuse(Code::bad_quantity, span,
                          fmt::format("cannot be read: {}", read.error().message()), "",
                          std::string(read.error().hint()));
        }
        if (read->count() < key_.minimum) {
            return refuse(Code::out_of_range, span,
                          key_.minimum == 1
                              ? "must be longer than 0"
                              : fmt::format("must be at least {}",
                                            format_duration(microseconds(key_.minimum))));
        }
        if (read->count() > key_.maximum) {
            return refuse(Code::out_of_range, span,
                          *read == microseconds::max()
                              ? "must not be infinite"
                              : fmt::format("must be at most {}",
                                            format_duration(microseconds(key_.maximum))));
        }
        // The only unit that is spelled with a capital.
        if (value.find('M') != std::string::npos) {
            remarks_.add(Code::months_not_minutes, span,
                         {fmt::format("'{}' is in months: {}", key_.name, format_duration(*read)),
                          "'M' means months", "write \"min\" for minutes, \"month\" for months"});
        }
        return *read;
    }

    std::optional<Data> size(const std::string &value, Span span) {
        const Result<std::uint64_t> read = parse_size(value);
        if (!read) {
            return refuse(Code::bad_quantity, span,
                          fmt::format("cannot be read: {}", read.error().message()), "",
                          std::string(read.error().hint()));
        }
        const auto minimum = static_cast<std::uint64_t>(key_.minimum);
        const auto maximum = static_cast<std::uint64_t>(key_.maximum);
        if (*read < minimum || *read > maximum) {
            return refuse(
                Code::out_of_range, span,
                fmt::format("must be from {} to {}", format_size(minimum), format_size(maximum)));
        }
        return *read;
    }

    std::optional<Data> one_text(const toml::node &node, Span span) {
        if (!node.is_string()) {
            return wrong_type(node, span);
        }
        const std::string &value = node.as_string()->get();
        return is_right(value, span) ? std::optional<Data>(std::vector{value}) : std::nullopt;
    }

    std::optional<Data> texts(const toml::array &array, Span span) {
        std::vector<std::string> values;
        bool good = true;
        for (const toml::node &node : array) {
            const Span place = span_of(node.source(), text_);
            if (!node.is_string()) {
                good = wrong_type(node, place).has_value();
                continue;
            }
            const std::string &value = node.as_string()->get();
            good = is_right(value, place) && good;
            values.push_back(value);
        }
        if (good && values.empty() && (key_.required_by != 0 || key_.builtin.empty())) {
            return refuse(Code::bad_text, span, "must not be empty", "",
                          "a list of at least one string");
        }
        return good ? std::optional<Data>(std::move(values)) : std::nullopt;
    }

    std::optional<Data> same_for_all(const std::string &value, Span span) {
        if (!choice(value, span)) {
            return std::nullopt;
        }
        std::map<std::string, Entry> found;
        for (const std::string &name : key_.all_names()) {
            found.emplace(name, Entry{{value}, span});
        }
        return found;
    }

    std::optional<Data> secret(const toml::node &node, Span span) {
        if (const toml::table *reference = node.as_table()) {
            std::optional<VariableValue> value =
                read_reference(std::string(key_.name), "", span, *reference, text_, remarks_);
            return value ? std::optional<Data>(Entry{*std::move(value), span}) : std::nullopt;
        }
        if (!node.is_string()) {
            return wrong_type(node, span);
        }
        const std::string &value = node.as_string()->get();
        return is_right(value, span) ? std::optional<Data>(Entry{{value}, span}) : std::nullopt;
    }

    std::optional<Data> entries(const toml::table &table) {
        std::map<std::string, Entry> found;
        bool good = true;
        for (const auto &[name, node] : table) {
            const std::string variable(name.str());
            if (const std::optional<Complaint> complaint = key_.name_check(variable)) {
                remarks_.add(complaint->code, span_of(name.source(), text_),
                             {fmt::format("{} {}", ticked(variable), complaint->message), "",
                              complaint->hint});
                good = false;
            }
            const Span place = span_of(name, node, text_);
            if (const toml::table *reference = node.as_table();
                reference != nullptr && key_.kind == Kind::environment) {
                std::optional<VariableValue> value =
                    read_reference(fmt::format("{}.{}", key_.name, one_line(variable)), variable,
                                   place, *reference, text_, remarks_);
                good = good && value.has_value();
                found.emplace(variable, Entry{std::move(value).value_or(VariableValue{}), place});
                continue;
            }
            if (!node.is_string()) {
                remarks_.add(
                    Code::wrong_type, place,
                    {fmt::format("'{}.{}' must be a string", key_.name, one_line(variable)),
                     fmt::format("found {}", kind_of(node)), ""});
                good = false;
                continue;
            }
            const std::string &value = node.as_string()->get();
            good = (key_.choices.empty() ? is_right(value, place)
                                         : choice(value, place).has_value()) &&
                   good;
            found.emplace(variable, Entry{{value}, place});
        }
        return good ? std::optional<Data>(std::move(found)) : std::nullopt;
    }

    bool is_right(const std::string &value, Span span) {
        const std::optional<Complaint> complaint =
            key_.check == nullptr ? std::nullopt : key_.check(value);
        if (complaint) {
            refuse(complaint->code, part_of(value, span, *complaint), complaint->message,
                   complaint->label, complaint->hint);
        }
        return !complaint;
    }

    /// The place of a part of a string, when the file spells the string as it is, without escapes.
    Span part_of(std::string_view value, Span span, const Complaint &complaint) const {
        const std::string_view line = text_.line(span.line);
        const std::size_t start = offset_of_point(line, span.column); // past the opening quote
        if (complaint.length == 0 || line.substr(start, value.size()) != value) {
            return span;
        }
        const std::string_view part = value.substr(complaint.at, complaint.length);
        span.column += 1 + static_cast<unsigned>(count_points(value.substr(0, complaint.at)));
        span.width = static_cast<unsigned>(count_points(part));
        return span;
    }

    const Key &key_;
    const SourceText &text_;
    Remarks &remarks_;
};

} // namespace

std::optional<Value> read_value(const Key &key, const toml::key &name, const toml::node &node,
                                const SourceText &text, Remarks &remarks) {
    const Span span = span_of(name, node, text);
    std::optional<Data> data = ValueReader(key, text, remarks).read(node, span);
    if (!data) {
        return std::nullopt;
    }
    return Value{std::move(*data), span_of(name.source(), text), span};
}

} // namespace intact::config
