// The closed list of remarks on a configuration: stable codes, each with its severity and meaning.
// Knows no file and no rendering.
#pragma once

#include "config/diagnostic.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace intact::config {

enum class Code : std::uint8_t {
    unreadable,
    syntax,
    unknown_key,
    wrong_type,
    unknown_value,
    missing_key,
    out_of_range,
    bad_quantity,
    bad_path,
    bad_file_name,
    bad_name_template,
    foreign_key,
    contradiction,
    bad_text,
    bad_variable_name,
    unknown_timezone,
    same_destination,
    defaults_unusable,
    masked_unknown,
    too_many,
    bad_calendar,
    bad_address,
    bad_password_hash,
    bad_pattern,
    plain_secret,
    destination_in_source,
    months_not_minutes,
    open_to_others,
    nothing_proven,
    nothing_counted,
    nothing_kept,
};

struct CodeRow {
    std::string_view id; ///< "E003"; never changes its meaning
    Severity severity = Severity::error;
    std::string_view meaning; ///< for the manual
};

const CodeRow &row_of(Code code);
/// In the order of the enumeration.
std::span<const CodeRow> all_codes();

} // namespace intact::config
