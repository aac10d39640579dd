// The sources that are databases: a dump by their own tool, and its way back.
#pragma once

#include "base/byte_sink.hpp"
#include "base/error.hpp"
#include "config/job.hpp"
#include "source/command.hpp"
#include "source/pour.hpp"
#include "source/presets.hpp"

#include <stop_token>
#include <string_view>

namespace intact::source {

/// What run_command() is for a command. A database of SQLite's is copied as a whole first, in one
/// transaction, so that whoever writes to it does not wait for the destination. Errors: those of
/// run_command() and of Scratch.
Result<> dump_database(const config::DatabaseSource &source, ByteSink &sink,
                       const LineSink &on_stderr, const std::stop_token &stop, CommandEnd &end);

/// Puts a stream of `format` into the database; what its tool says goes to `on_stderr`. A stream
/// that breaks off is never taken for a whole one: the tool is ended, and where it works in one
/// transaction (PostgreSQL's one database, SQLite's file) nothing has changed. Errors: those of
/// `write`, of restore_call() and of run_command(); source_failed when the tool went on after an
/// error.
Result<> restore_database(const config::DatabaseSource &source, std::string_view format,
                          Present present, const StreamWriter &write, const LineSink &on_stderr,
                          const std::stop_token &stop);

} // namespace intact::source
