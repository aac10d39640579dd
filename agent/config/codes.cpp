#include "config/codes.hpp"

#include <array>

namespace intact::config {
namespace {

constexpr std::array<CodeRow, 31> kRows{{
    {"E001", Severity::error, "a file or directory cannot be read"},
    {"E002", Severity::error, "the file is not valid TOML"},
    {"E003", Severity::error, "a key or table that does not exist"},
    {"E004", Severity::error, "a value of another type than the key takes"},
    {"E005", Severity::error, "a word that is not among those the key takes"},
    {"E006", Severity::error, "a key that must be there is missing"},
    {"E007", Severity::error, "a number, size or duration outside its range"},
    {"E008", Severity::error, "a duration, size or share that cannot be read"},
    {"E009", Severity::error, "a path that is not absolute"},
    {"E010", Severity::error, "a file whose name gives no job name"},
    {"E011", Severity::error, "a name template that cannot be used"},
    {"E012", Severity::error, "a key of another source type"},
    {"E013", Severity::error, "keys that contradict each other"},
    {"E014", Severity::error, "a text that is empty or holds control characters"},
    {"E015", Severity::error, "a name that no environment variable can have"},
    {"E016", Severity::error, "a time zone that this host does not know"},
    {"E017", Severity::error, "two jobs that replace each other's backups"},
    {"E018", Severity::error, "a job that is not loaded because its defaults are broken"},
    {"E019", Severity::error, "a job that may be masked in a directory that cannot be read"},
    {"E020", Severity::error, "more errors in one file than are shown"},
    {"E021", Severity::error, "a calendar expression that cannot be read"},
    {"E022", Severity::error, "an address to listen on that cannot be read"},
    {"E023", Severity::error, "a password that is not a bcrypt hash"},
    {"E024", Severity::error, "a regular expression that cannot be read"},
    {"E025", Severity::error, "a secret in plain text in a file that others may read"},
    {"W002", Severity::warning, "a destination inside what it backs up"},
    {"W003", Severity::warning, "'M' in a duration, which means months"},
    {"W004", Severity::warning, "metrics that other hosts get without TLS or a password"},
    {"N001", Severity::note, "a stream of which nothing can be proven"},
    {"N002", Severity::note, "entries expected of a stream that has none"},
    {"N003", Severity::note, "a suspicious backup that takes the place of the only one"},
}};

static_assert(kRows.size() == static_cast<std::size_t>(Code::nothing_kept) + 1);

} // namespace

const CodeRow &row_of(Code code) {
    return kRows[static_cast<std::size_t>(code)];
}

std::span<const CodeRow> all_codes() {
    return kRows;
}

} // namespace intact::config
