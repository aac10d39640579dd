// The text of one configuration file, its lines, and the remarks collected on it. Knows no TOML.
#pragma once

#include "base/error.hpp"
#include "config/codes.hpp"
#include "config/diagnostic.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace intact::config {

/// A place in a file. Units: lines and columns from 1, columns in code points; line 0: the file.
struct Span {
    unsigned line = 0;
    unsigned column = 0;
    unsigned width = 1;
};

class SourceText {
public:
    SourceText(std::string path, std::string text)
        : path_(std::move(path)), text_(std::move(text)) {}

    const std::string &path() const { return path_; }
    std::string_view text() const { return text_; }
    /// Without its newline (LF or CRLF); empty past the end.
    std::string_view line(unsigned number) const;
    Span span_at(std::size_t offset) const;
    /// The first byte that is no UTF-8.
    std::optional<Span> malformed() const;

private:
    std::string path_;
    std::string text_;
};

/// The whole of a regular file, symlinks followed; never waits on a FIFO or device.
/// Errors: file_too_large above 1 MiB; unsupported for what is no regular file; the system's.
Result<std::string> read_config_file(const std::string &path);

/// What to say about a place.
struct Remark {
    std::string message;
    std::string label;
    std::string hint;
};

/// The remarks on one file. Thread: one.
class Remarks {
public:
    explicit Remarks(const SourceText &text) : text_(&text) {}

    void add(Code code, Span span, Remark remark);
    bool has_errors() const { return errors_ > 0; }
    /// Sorted by place; at most 50 errors, then one that says how many more there are.
    std::vector<Diagnostic> take();

private:
    const SourceText *text_;
    std::vector<Diagnostic> found_; ///< sorted by place
    std::size_t errors_ = 0;
};

/// A remark on a path as a whole, which may not even be a file.
Diagnostic remark_on_path(Code code, const std::string &path, Remark remark);

/// "'TEXT'" on one line, cut when long: the way every message names keys and values.
std::string ticked(std::string_view text);

} // namespace intact::config
