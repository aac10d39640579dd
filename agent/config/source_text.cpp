#include "config/source_text.hpp"

#include "base/text.hpp"
#include "config/utf8.hpp"
#include "os/file.hpp"
#include "os/unique_fd.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace intact::config {
namespace {

constexpr std::size_t kMostBytes = 1 << 20;
constexpr std::size_t kMostErrors = 50;
constexpr std::size_t kMostTicked = 60;
// Beyond this only the surroundings of the place are kept of a line.
constexpr std::size_t kLongLine = 400;
constexpr std::size_t kKeptBefore = 120;

std::string_view kind_of_file(mode_t mode) {
    switch (mode & S_IFMT) {
    case S_IFDIR:
        return "a directory";
    case S_IFIFO:
        return "a FIFO";
    case S_IFSOCK:
        return "a socket";
    default:
        return "a device";
    }
}

Result<> expect_regular(const struct stat &status, const std::string &path) {
    if (S_ISREG(status.st_mode)) {
        return {};
    }
    return fail(
        Error(ErrorCode::unsupported, fmt::format("{} is {}, not a file", os::quoted_path(path),
                                                  kind_of_file(status.st_mode)))
            .with_hint("put a regular file there, or a symlink to one"));
}

} // namespace

std::string_view SourceText::line(unsigned number) const {
    std::size_t begin = 0;
    for (; number > 1; --number) {
        begin = text_.find('\n', begin);
        if (begin == std::string::npos) {
            return {};
        }
        ++begin;
    }
    const std::size_t end = std::min(text_.find('\n', begin), text_.size());
    std::string_view line = std::string_view(text_).substr(begin, end - begin);
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    return line;
}

Span SourceText::span_at(std::size_t offset) const {
    const std::string_view before = std::string_view(text_).substr(0, offset);
    const std::size_t start = before.rfind('\n') + 1; // npos + 1 is 0: the first line
    Span span;
    span.line = 1 + static_cast<unsigned>(std::count(before.begin(), before.end(), '\n'));
    span.column = 1 + static_cast<unsigned>(count_points(before.substr(start)));
    return span;
}

std::optional<Span> SourceText::malformed() const {
    std::size_t offset = 0;
    while (offset < text_.size()) {
        const CodePoint point = decode(std::string_view(text_).substr(offset, 4));
        if (!point.valid) {
            return span_at(offset);
        }
        offset += point.bytes;
    }
    return std::nullopt;
}

Result<std::string> read_config_file(const std::string &path) {
    const std::string doing = "read " + os::quoted_path(path);
    struct stat status{};
    // Looked at before it is opened: opening a device can have effects of its own.
    if (stat(path.c_str(), &status) != 0) {
        return fail_errno(errno, doing);
    }
    INTACT_TRY(expect_regular(status, path));
    const os::UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!fd || fstat(fd.get(), &status) != 0) {
        return fail_errno(errno, doing);
    }
    INTACT_TRY(expect_regular(status, path));
    std::string text;
    std::array<char, 16384> buffer{};
    while (text.size() <= kMostBytes) {
        const ssize_t count = read(fd.get(), buffer.data(), buffer.size());
        if (count < 0 && errno != EINTR) {
            return fail_errno(errno, doing);
        }
        if (count == 0) {
            return text;
        }
        text.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    }
    return fail(Error(ErrorCode::file_too_large,
                      fmt::format("{} is larger than 1 MiB", os::quoted_path(path)))
                    .with_hint("a job's configuration is a few lines; is this the right file?"));
}

void Remarks::add(Code code, Span span, Remark remark) {
    const CodeRow &row = row_of(code);
    errors_ += row.severity == Severity::error ? 1 : 0;
    if (row.severity == Severity::error && errors_ > kMostErrors * 4) {
        return; // counted, but a hostile file must not fill the memory
    }
    Diagnostic diagnostic;
    diagnostic.severity = row.severity;
    diagnostic.code = row.id;
    diagnostic.file = text_->path();
    diagnostic.line = span.line;
    diagnostic.column = span.column;
    diagnostic.width = std::max(span.width, 1U);
    diagnostic.message = std::move(remark.message);
    diagnostic.label = std::move(remark.label);
    diagnostic.hint = std::move(remark.hint);
    // A secret, or what stands in place of a hash, may be a password, and remarks go to the
    // journal.
    const bool may_show = code != Code::bad_password_hash && code != Code::plain_secret;
    if (span.line != 0 && may_show) {
        std::string_view line = text_->line(span.line);
        if (line.size() > kLongLine && span.column > kKeptBefore) {
            diagnostic.source_column = static_cast<unsigned>(span.column - kKeptBefore);
            line.remove_prefix(offset_of_point(line, diagnostic.source_column - 1));
        }
        diagnostic.source_line = line.substr(0, offset_of_point(line, kLongLine));
    }
    const auto later = std::upper_bound(
        found_.begin(), found_.end(), diagnostic, [](const Diagnostic &a, const Diagnostic &b) {
            return std::pair(a.line, a.column) < std::pair(b.line, b.column);
        });
    found_.insert(later, std::move(diagnostic));
}

std::vector<Diagnostic> Remarks::take() {
    std::size_t shown = 0;
    std::erase_if(found_, [&](const Diagnostic &one) {
        return one.severity == Severity::error && ++shown > kMostErrors;
    });
    if (errors_ > kMostErrors) {
        found_.push_back(remark_on_path(
            Code::too_many, text_->path(),
            {fmt::format("{} more errors in this file are not shown", errors_ - kMostErrors), "",
             ""}));
    }
    errors_ = 0;
    return std::move(found_);
}

Diagnostic remark_on_path(Code code, const std::string &path, Remark remark) {
    Diagnostic diagnostic;
    diagnostic.severity = row_of(code).severity;
    diagnostic.code = row_of(code).id;
    diagnostic.file = path;
    diagnostic.message = std::move(remark.message);
    diagnostic.hint = std::move(remark.hint);
    return diagnostic;
}

std::string ticked(std::string_view text) {
    const std::size_t end = offset_of_point(text, kMostTicked);
    return fmt::format("'{}{}'", one_line(text.substr(0, end)), end < text.size() ? "\u2026" : "");
}

} // namespace intact::config
