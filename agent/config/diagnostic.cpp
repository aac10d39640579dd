#include "config/diagnostic.hpp"

#include "base/text.hpp"
#include "config/utf8.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <string_view>

namespace intact::config {
namespace {

constexpr unsigned kWindow = 100; ///< terminal columns of source shown
constexpr unsigned kBefore = 40;  ///< of which before the caret, when there are more

/// Escape sequences, all empty without colour.
struct Palette {
    std::string_view error, warning, frame, strong, end;
};
constexpr Palette kPlain{};
constexpr Palette kColoured{"\033[1;31m", "\033[1;33m", "\033[1;34m", "\033[1m", "\033[0m"};

std::string_view word_of(Severity severity) {
    return severity == Severity::error     ? "error"
           : severity == Severity::warning ? "warning"
                                           : "note";
}

/// The part of the source line that is shown, and where the caret stands below it.
struct Excerpt {
    std::string text;
    unsigned indent = 0;
    unsigned width = 0;
};

std::vector<Cell> cells_of(std::string_view line) {
    std::vector<Cell> cells;
    for (std::size_t length = 0; !line.empty(); line.remove_prefix(length)) {
        length = decode(line).bytes;
        cells.push_back(cell_of(line.substr(0, length)));
    }
    return cells;
}

Excerpt excerpt_of(const Diagnostic &diagnostic) {
    const std::vector<Cell> cells = cells_of(diagnostic.source_line);
    const unsigned column = std::max(diagnostic.column, diagnostic.source_column);
    const std::size_t caret =
        std::min<std::size_t>(column - diagnostic.source_column, cells.size());
    std::size_t begin = caret;
    unsigned before = 0;
    while (begin > 0 && before + cells[begin - 1].width <= kBefore) {
        before += cells[--begin].width;
    }
    unsigned total = before;
    for (std::size_t i = caret; i < cells.size(); ++i) {
        total += cells[i].width;
    }
    // A line that fits is shown whole, however far right the caret is.
    for (; begin > 0 && total + cells[begin - 1].width <= kWindow; total += cells[begin].width) {
        before += cells[--begin].width;
    }
    Excerpt excerpt;
    if (begin > 0 || diagnostic.source_column > 1) {
        excerpt.text = "\u2026";
        excerpt.indent = 1;
    }
    excerpt.indent += before;
    unsigned shown = 0;
    for (std::size_t i = begin; i < cells.size(); ++i) {
        if (shown + cells[i].width > kWindow) {
            excerpt.text += "\u2026";
            break;
        }
        shown += cells[i].width;
        excerpt.text += cells[i].text;
        if (i >= caret && i - caret < diagnostic.width) {
            excerpt.width += cells[i].width;
        }
    }
    excerpt.width = std::max(excerpt.width, 1U);
    return excerpt;
}

std::string place_of(const Diagnostic &diagnostic) {
    const std::string file = one_line(diagnostic.file);
    return diagnostic.line == 0 ? file
                                : fmt::format("{}:{}:{}", file, diagnostic.line, diagnostic.column);
}

} // namespace

std::string render_long(const Diagnostic &diagnostic, bool colour) {
    const Palette &paint = colour ? kColoured : kPlain;
    const std::string_view tone = diagnostic.severity == Severity::error     ? paint.error
                                  : diagnostic.severity == Severity::warning ? paint.warning
                                                                             : paint.frame;
    const std::string number = diagnostic.line == 0 ? "" : std::to_string(diagnostic.line);
    const std::string gutter(std::max<std::size_t>(number.size(), 1), ' ');
    std::string out =
        fmt::format("{}{}[{}]{}{}: {}{}\n", tone, word_of(diagnostic.severity), diagnostic.code,
                    paint.end, paint.strong, one_line(diagnostic.message), paint.end);
    out += fmt::format("{}{}-->{} {}\n", gutter, paint.frame, paint.end, place_of(diagnostic));
    if (diagnostic.line != 0) {
        const Excerpt excerpt = excerpt_of(diagnostic);
        const std::string label = diagnostic.label.empty() ? "" : " " + one_line(diagnostic.label);
        out += fmt::format("{}{} |{}\n", paint.frame, gutter, paint.end);
        out += fmt::format("{}{} |{}{}{}\n", paint.frame, number, paint.end,
                           excerpt.text.empty() ? "" : " ", excerpt.text);
        out += fmt::format("{}{} |{} {}{}{}{}{}\n", paint.frame, gutter, paint.end,
                           std::string(excerpt.indent, ' '), tone, std::string(excerpt.width, '^'),
                           label, paint.end);
    }
    if (!diagnostic.hint.empty()) {
        out += fmt::format("{}{} ={} {}hint{}: {}\n", paint.frame, gutter, paint.end, paint.strong,
                           paint.end, one_line(diagnostic.hint));
    }
    return out;
}

std::string render_short(const Diagnostic &diagnostic) {
    std::string out =
        fmt::format("{}: {}[{}]: {}", place_of(diagnostic), word_of(diagnostic.severity),
                    diagnostic.code, one_line(diagnostic.message));
    // The label stands for the hint where there is no caret to put it beside.
    const std::string &advice = diagnostic.hint.empty() ? diagnostic.label : diagnostic.hint;
    return advice.empty() ? out : fmt::format("{} ({})", out, one_line(advice));
}

std::string render_json(const std::vector<Diagnostic> &diagnostics) {
    nlohmann::ordered_json array = nlohmann::ordered_json::array();
    for (const Diagnostic &one : diagnostics) {
        array.push_back({{"severity", word_of(one.severity)},
                         {"code", one.code},
                         {"file", one.file},
                         {"line", one.line},
                         {"column", one.column},
                         {"width", one.width},
                         {"message", one.message},
                         {"label", one.label},
                         {"hint", one.hint},
                         {"source_line", one.source_line},
                         {"source_column", one.source_column}});
    }
    // Names of files are any bytes; JSON is not, and dump() throws unless told to replace them.
    return array.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

} // namespace intact::config
