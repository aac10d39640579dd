// What a manifest says, told to people, and its JSON made fit for a terminal. Whoever wrote the
// manifest may have meant harm.
#pragma once

#include "cli/choose_backup.hpp"

#include <string>
#include <string_view>

namespace intact::cli {

/// All facts of a backup whose manifest could be read, one a line; its warnings by reason.
std::string backup_facts(const ChosenBackup &chosen);

/// The text of a manifest that could be parsed, as it is but for characters that a terminal obeys:
/// they can only stand in its strings, and are spelled there as JSON's escapes.
std::string harmless_json(std::string_view text);

} // namespace intact::cli
