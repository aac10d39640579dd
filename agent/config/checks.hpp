// What a single text value may be, whatever key it belongs to. Knows no file and no TOML.
#pragma once

#include "config/codes.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace intact::config {

/// What is wrong with a text; at and length tell which bytes of it, length 0 all of it.
struct Complaint {
    Code code = Code::bad_text;
    std::string message; ///< continues "'destination.path' ": "must be an absolute path"
    std::string label;
    std::string hint;
    std::size_t at = 0;
    std::size_t length = 0;
};

using Check = std::optional<Complaint> (*)(std::string_view text);

/// No NUL byte: it would end the text wherever the system takes it.
std::optional<Complaint> check_argument(std::string_view text);
/// No control characters.
std::optional<Complaint> check_text(std::string_view text);
/// The same, and not empty.
std::optional<Complaint> check_filled(std::string_view text);
/// Not empty, any bytes but NUL: what file names may hold.
std::optional<Complaint> check_pattern(std::string_view text);
std::optional<Complaint> check_absolute(std::string_view text);
std::optional<Complaint> check_absolute_or_empty(std::string_view text);
/// A name of formats/format.hpp.
std::optional<Complaint> check_format(std::string_view text);
/// A regular expression of formats/pattern.hpp.
std::optional<Complaint> check_end_pattern(std::string_view text);
/// The same, for a line that a command says.
std::optional<Complaint> check_line_pattern(std::string_view text);
/// An exit status, or the name of a signal.
std::optional<Complaint> check_exit_name(std::string_view name);
/// The exit status of a name that is right; nothing: it is a signal's.
std::optional<int> exit_status_of(std::string_view name);
/// The reason of a warning that comes before a backup is published.
std::optional<Complaint> check_warning_name(std::string_view name);
/// The reasons that one word for all of them means: not `mount`, which is a warning only where it
/// is named.
std::vector<std::string> warnings_in_general();
/// A part of a whole as in "50%", less than all of it; empty: none is given.
std::optional<Complaint> check_share(std::string_view text);
/// The percent of a share that is right and not empty.
std::optional<unsigned> share_of(std::string_view text);
/// One name without '/'.
std::optional<Complaint> check_file_name(std::string_view text);
/// Of {job}, {time}, {host} and text that a file name may begin with and hold.
std::optional<Complaint> check_name_template(std::string_view text);
/// systemd.time(7), CALENDAR EVENTS.
std::optional<Complaint> check_calendar(std::string_view text);
/// "UTC" or a name below /usr/share/zoneinfo.
std::optional<Complaint> check_timezone(std::string_view text);
/// A name that every program takes for an environment variable (POSIX.1, section 8.1).
std::optional<Complaint> check_variable_name(std::string_view name);
/// What systemd takes for the name of a credential (systemd.exec(5), CREDENTIALS).
std::optional<Complaint> check_credential_name(std::string_view name);
/// What may name a job, and so a label, a bus path and a file.
bool is_job_name(std::string_view name);

} // namespace intact::config
