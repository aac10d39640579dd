// One remark on a configuration file, at its place, and its three renderings.
#pragma once

#include <string>
#include <vector>

namespace intact::config {

/// A note is for who asks, as `intact check` does: what is so on purpose is not told on every run.
enum class Severity { error, warning, note };

struct Diagnostic {
    Severity severity = Severity::error;
    std::string code; ///< "E003"; stable, listed in the manual
    std::string file;
    unsigned line = 0;   ///< from 1; 0: the file as a whole
    unsigned column = 0; ///< from 1, in code points
    unsigned width = 1;  ///< code points to underline
    std::string message;
    std::string label;          ///< short text beside the caret; may be empty
    std::string hint;           ///< what to do; may be empty
    std::string source_line;    ///< the text of that line, without its newline
    unsigned source_column = 1; ///< where source_line begins: above 1 in a very long line only
};

/// As rustc prints: code and message, place, the line, a caret, the hint; ends in a newline.
/// Whatever the file holds, the result cannot steer a terminal.
std::string render_long(const Diagnostic &diagnostic, bool colour);
/// "file:line:column: error[E003]: message (hint)", without a newline.
std::string render_short(const Diagnostic &diagnostic);
/// A JSON array of objects with the fields above; severity as "error", "warning" or "note".
std::string render_json(const std::vector<Diagnostic> &diagnostics);

} // namespace intact::config
