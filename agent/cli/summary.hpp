// How a run ended, told to people. Knows no terminal but its colours.
#pragma once

#include "catalog/run_record.hpp"
#include "cli/terminal.hpp"

#include <string>
#include <vector>

namespace intact::cli {

/// The closing lines of a published backup, for stdout: where, how big, how proven, what is
/// missing.
std::string success_summary(const catalog::RunRecord &record);
/// The partial figures of a run that failed ("read 1.2 GiB, wrote 300 MiB, 17 entries"); empty when
/// it did not get that far.
std::string partial_figures(const catalog::RunRecord &record);
/// "job 'etc': publish: …": the error of a failed run, in one line.
std::string failure_message(const catalog::RunRecord &record);
/// The first twenty, one a line, then how many more there are.
std::string warning_list(const std::vector<Warning> &warnings, std::uint64_t count);
std::string warning_line(const Warning &warning);
/// "archive, read from storage"; "-" when not verified.
std::string verified_text(const std::string &depth, const std::string &level);

Colour colour_of(Outcome outcome);

} // namespace intact::cli
