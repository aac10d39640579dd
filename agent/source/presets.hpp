// How the tools of each kind of database are called. Knows no server and starts nothing.
#pragma once

#include "base/error.hpp"
#include "config/job.hpp"
#include "os/unique_fd.hpp"
#include "source/command.hpp"

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace intact::source {

/// A tool with its arguments, and the secret that it reads from a descriptor.
struct ToolCall {
    config::CommandSource command;
    os::UniqueFd secret;   ///< descriptor 3 of the tool; none: it reads none there
    std::string refusal{}; ///< a line of stderr in which this pattern is found is a failure
    Handover handover() const;
};

/// What becomes of what the database holds already.
enum class Present { kept, replaced };

/// The programs by which it is dumped, or restored from `format`; of several names of one, as
/// MariaDB and MySQL have them, the first that there is counts. With the directory of
/// source.tools=. Empty: nothing restores into it.
std::vector<std::string> dumping_programs(const config::DatabaseSource &source);
std::vector<std::string> restoring_programs(const config::DatabaseSource &source,
                                            std::string_view format);

/// Writes the dump to stdout. Reads the password now, unless it goes by a variable. Of sqlite:
/// makes the file "copy" where it starts. Errors: credential_failed; cancelled.
Result<ToolCall> dump_call(const config::DatabaseSource &source, const std::stop_token &stop);
/// Reads a stream of `format` from stdin; of sqlite: the file "copy" where it starts. Errors:
/// unsupported: no tool restores that; usage: it replaces what is there, whoever asks; as above.
Result<ToolCall> restore_call(const config::DatabaseSource &source, std::string_view format,
                              Present present, const std::stop_token &stop);

/// Where it is and what of it, for people and the manifest: "shop", "db.example:5433".
std::vector<std::string> items_of(const config::DatabaseSource &source);

} // namespace intact::source
