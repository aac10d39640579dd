// What a checkup found, for people and for programs. Knows no terminal.
#pragma once

#include "checkup/checkup.hpp"
#include "cli/terminal.hpp"

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace intact::cli {

/// A paragraph; `fd`: where its colours are to be seen.
std::string checkup_text(const checkup::Report &report, int fd);
/// With what diagnosis_json() says of the destination, null where it cannot be known.
nlohmann::ordered_json checkup_json(const checkup::Report &report);

} // namespace intact::cli
