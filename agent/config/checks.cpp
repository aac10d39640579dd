#include "config/checks.hpp"

#include "base/text.hpp"
#include "base/warning.hpp"
#include "config/config.hpp"
#include "config/source_text.hpp"
#include "formats/format.hpp"
#include "formats/pattern.hpp"
#include "os/signal_name.hpp"
#include "schedule/calendar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>

namespace intact::config {
namespace {

constexpr std::size_t kLongestTemplate =
    150; ///< leaves room for run, type and ".manifest.json" in 255
constexpr std::size_t kLongestJobName = 63;
constexpr int kHighestStatus = 255;
constexpr std::array<std::string_view, 3> kPlaceholders{"job", "time", "host"};

Complaint text_complaint(std::string message, std::string hint) {
    return {Code::bad_text, std::move(message), "", std::move(hint), 0, 0};
}

Complaint template_complaint(std::string message, std::string label, std::size_t at,
                             std::size_t length) {
    return {Code::bad_name_template,
            std::move(message),
            std::move(label),
            "a name is made of text and {job}, {time}, {host}",
            at,
            length};
}

std::optional<Complaint> check_placeholder(std::string_view text, std::size_t open) {
    const std::size_t close = text.find_first_of("{}", open + 1);
    if (close == std::string_view::npos || text[close] == '{') {
        return template_complaint("has a '{' that nothing closes", "no '}' follows", open, 1);
    }
    const std::string_view name = text.substr(open + 1, close - open - 1);
    if (std::find(kPlaceholders.begin(), kPlaceholders.end(), name) != kPlaceholders.end()) {
        return std::nullopt;
    }
    const std::vector<std::string> likely =
        nearest(name, {kPlaceholders.begin(), kPlaceholders.end()});
    return template_complaint(
        fmt::format("has an unknown placeholder {}", ticked(text.substr(open, close - open + 1))),
        likely.empty() ? "" : fmt::format("did you mean '{{{}}}'?", likely[0]), open,
        close - open + 1);
}

struct Component {
    std::size_t at;
    std::size_t length;
};

// The first "." or ".." between slashes.
std::optional<Component> find_dots(std::string_view path) {
    for (std::size_t at = 0; at < path.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        const std::string_view component = path.substr(at, end - at);
        if (component == "." || component == "..") {
            return Component{at, component.size()};
        }
        at = end + 1;
    }
    return std::nullopt;
}

std::optional<Complaint> expression_complaint(std::string_view text, std::string_view example) {
    if (std::optional<Complaint> unfit = check_pattern(text)) {
        return unfit;
    }
    const std::string complaint = formats::Pattern(text).complaint();
    if (complaint.empty()) {
        return std::nullopt;
    }
    return Complaint{Code::bad_pattern,
                     fmt::format("cannot be read: {}", one_line(complaint)),
                     "",
                     fmt::format("a regular expression as RE2 takes it, such as {}", example),
                     0,
                     0};
}

} // namespace

std::optional<Complaint> check_argument(std::string_view text) {
    if (text.find('\0') != std::string_view::npos) {
        return text_complaint("must not hold a NUL character",
                              "the system would cut the text there");
    }
    return std::nullopt;
}

std::optional<Complaint> check_text(std::string_view text) {
    if (one_line(text) != text) {
        return text_complaint("must not hold control characters", "");
    }
    return std::nullopt;
}

std::optional<Complaint> check_filled(std::string_view text) {
    if (text.find_first_not_of(' ') == std::string_view::npos) {
        return text_complaint("must not be empty", "give it a value, or leave the key out");
    }
    return check_text(text);
}

std::optional<Complaint> check_pattern(std::string_view text) {
    return text.empty() ? check_filled(text) : check_argument(text);
}

std::optional<Complaint> check_absolute(std::string_view text) {
    if (!text.starts_with('/')) {
        return Complaint{Code::bad_path,
                         fmt::format("must be an absolute path, not {}", ticked(text)),
                         text.starts_with('~') ? "'~' is not expanded" : "does not start with '/'",
                         "",
                         0,
                         0};
    }
    if (const std::optional<Component> dots = find_dots(text)) {
        return Complaint{Code::bad_path,
                         fmt::format("must not hold a component {}",
                                     ticked(text.substr(dots->at, dots->length))),
                         "where this leads depends on symlinks",
                         "write the path that it leads to",
                         dots->at,
                         dots->length};
    }
    return check_argument(text);
}

std::optional<Complaint> check_absolute_or_empty(std::string_view text) {
    return text.empty() ? std::nullopt : check_absolute(text);
}

std::optional<Complaint> check_file_name(std::string_view text) {
    if (text.find('/') != std::string_view::npos || text == "." || text == "..") {
        return Complaint{Code::bad_path, "must be the name of a file, not a path", "", "", 0, 0};
    }
    return check_pattern(text);
}

std::optional<Complaint> check_format(std::string_view text) {
    if (formats::Format::parse(text)) {
        return std::nullopt;
    }
    const std::vector<std::string> likely =
        nearest(text.substr(0, text.find('+')), {formats::kKinds.begin(), formats::kKinds.end()});
    return Complaint{Code::unknown_value,
                     fmt::format("cannot be {}", ticked(text)),
                     likely.empty() ? "" : fmt::format("did you mean \"{}\"?", likely.front()),
                     fmt::format("one of \"{}\"; what is compressed as in \"tar+gzip\", with gzip, "
                                 "zstd, xz or bzip2",
                                 fmt::join(formats::kKinds, "\", \"")),
                     0,
                     0};
}

std::optional<Complaint> check_end_pattern(std::string_view text) {
    return expression_complaint(text, "'-- done\\n$'");
}

std::optional<Complaint> check_line_pattern(std::string_view text) {
    return expression_complaint(text, "'^ERROR: '");
}

std::optional<int> exit_status_of(std::string_view name) {
    int status = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), status);
    const bool is_number = error == std::errc() && end == name.data() + name.size();
    // "01" would be a second name for 1.
    return is_number && status <= kHighestStatus && std::to_string(status) == name && status >= 0
               ? std::optional(status)
               : std::nullopt;
}

std::optional<Complaint> check_exit_name(std::string_view name) {
    if (exit_status_of(name) || os::signal_named(name)) {
        return std::nullopt;
    }
    return text_complaint("is neither an exit status nor a signal",
                          "0 to 255, or a name such as SIGPIPE");
}

std::optional<Complaint> check_warning_name(std::string_view name) {
    const std::optional<WarningKind> kind = warning_kind_named(name);
    if (kind == WarningKind::hook) {
        return Complaint{Code::unknown_value,
                         "cannot keep a backup from being published",
                         "",
                         "a hook that fails with this warning runs after that",
                         0,
                         0};
    }
    if (kind) {
        return std::nullopt;
    }
    std::vector<std::string> known = warnings_in_general();
    known.emplace_back(name_of(WarningKind::mount));
    const std::vector<std::string> likely = nearest(name, known);
    return Complaint{Code::unknown_value,
                     "is no reason of a warning",
                     "",
                     likely.empty() ? fmt::format("one of {}", fmt::join(known, ", "))
                                    : fmt::format("did you mean '{}'?", likely.front()),
                     0,
                     0};
}

std::vector<std::string> warnings_in_general() {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < kWarningKinds; ++i) {
        const auto kind = static_cast<WarningKind>(i);
        if (kind != WarningKind::hook && kind != WarningKind::mount) {
            names.emplace_back(name_of(kind));
        }
    }
    return names;
}

std::optional<unsigned> share_of(std::string_view text) {
    constexpr unsigned kWhole = 100;
    unsigned percent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
    const bool is_share =
        error == std::errc() && end + 1 == text.data() + text.size() && *end == '%';
    return is_share && percent < kWhole ? std::optional(percent) : std::nullopt;
}

std::optional<Complaint> check_share(std::string_view text) {
    if (text.empty() || share_of(text)) {
        return std::nullopt;
    }
    return Complaint{Code::bad_quantity,
                     fmt::format("cannot be {}", ticked(text)),
                     "",
                     "whole percent from \"0%\" to \"99%\", such as \"50%\"",
                     0,
                     0};
}

std::optional<Complaint> check_name_template(std::string_view text) {
    if (const std::optional<Complaint> complaint = check_filled(text)) {
        return complaint;
    }
    if (text.starts_with('.')) {
        return template_complaint("must not start with '.'", "would be a hidden file", 0, 1);
    }
    if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
        Complaint complaint = template_complaint("must not hold '/'", "", slash, 1);
        complaint.hint = "destination.path says in which directory";
        return complaint;
    }
    if (text.size() > kLongestTemplate) {
        return template_complaint(
            fmt::format("is {} bytes long, at most {} are possible", text.size(), kLongestTemplate),
            "", 0, 0);
    }
    for (std::size_t at = text.find_first_of("{}"); at != std::string_view::npos;
         at = text.find_first_of("{}", at + 1)) {
        if (text[at] == '}') {
            return template_complaint("has a '}' without '{'", "", at, 1);
        }
        if (std::optional<Complaint> complaint = check_placeholder(text, at)) {
            return complaint;
        }
        at = text.find('}', at);
    }
    return std::nullopt;
}

std::optional<Complaint> check_timezone(std::string_view text) {
    if (std::optional<Complaint> complaint = check_text(text); complaint || text.empty()) {
        return complaint;
    }
    const auto zone = schedule::Zone::named(text);
    if (zone) {
        return std::nullopt;
    }
    return Complaint{Code::unknown_timezone,
                     fmt::format("is {}, which is no time zone of this host", ticked(text)),
                     "",
                     std::string(zone.error().hint()),
                     0,
                     0};
}

std::optional<Complaint> check_calendar(std::string_view text) {
    if (std::optional<Complaint> complaint = check_filled(text)) {
        return complaint;
    }
    auto calendar = schedule::Calendar::parse(text);
    if (calendar) {
        return std::nullopt;
    }
    schedule::CalendarError &error = calendar.error();
    return Complaint{
        Code::bad_calendar, std::move(error.message), "", std::move(error.hint), error.at,
        error.length};
}

std::optional<Complaint> check_variable_name(std::string_view name) {
    const auto is_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    const bool good = !name.empty() && is_letter(name.front()) &&
                      std::all_of(name.begin(), name.end(),
                                  [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
    if (good) {
        return std::nullopt;
    }
    return Complaint{Code::bad_variable_name,
                     "is no name of an environment variable",
                     "",
                     "letters, digits and '_', not starting with a digit",
                     0,
                     0};
}

std::optional<Complaint> check_credential_name(std::string_view name) {
    constexpr std::size_t kLongest = 255;
    const bool good = !name.empty() && name.size() <= kLongest && name != "." && name != ".." &&
                      std::all_of(name.begin(), name.end(), [](char c) {
                          return c > ' ' && c < 0x7f && c != '/' && c != ':';
                      });
    if (good) {
        return std::nullopt;
    }
    return Complaint{
        Code::bad_text,
        fmt::format("is {}, which cannot name a credential", ticked(name)),
        "",
        "the name that LoadCredential= in the service's unit gives it: letters, digits "
        "and signs but '/' and ':'",
        0,
        0};
}

bool is_job_name(std::string_view name) {
    const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    return !name.empty() && name.size() <= kLongestJobName && is_plain(name.front()) &&
           std::all_of(name.begin(), name.end(),
                       [&](char c) { return is_plain(c) || c == '_' || c == '-'; });
}

} // namespace intact::config
