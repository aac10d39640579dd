// The operator's own programs around a run: how one is run and what it is told. Knows neither when
// it is due nor what becomes of the run.
#pragma once

#include "base/error.hpp"
#include "catalog/run_record.hpp"
#include "config/job.hpp"
#include "engine/conditions.hpp"

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace intact::engine {

enum class Hook { before, after, on_failure, on_success };

/// As in the configuration.
std::string_view name_of(Hook hook);
/// Its program and arguments; empty: the job has none.
const std::vector<std::string> &command_of(const config::Hooks &hooks, Hook hook);

/// Takes each line that a hook writes, to stdout or stderr, led by its name: "before: mounted".
using HookSink = std::function<void(std::string_view)>;

/// Runs one that the job has, in a process group of its own, with a clean environment, the job's
/// variables and what the record tells (INTACT_JOB, INTACT_OUTCOME and so on), stdin from
/// /dev/null, and waits for its end. What it leaves in its group ends with it; what has a group of
/// its own goes on, even where it holds the hook's output open. Errors: hook_failed with exit
/// status, signal or limit and its last line; credential_failed, see source::read_variables();
/// cancelled by the stop; program_missing, permission_denied, io: it did not start. Thread: must
/// stay until it has ended.
Result<> run_hook(const config::Job &job, Hook hook, const catalog::RunRecord &record,
                  const HookSink &on_line, const std::stop_token &stop);

/// The same for `before`, whose exit status 75 (EX_TEMPFAIL) is no error: it says "not now", and
/// its last line says why.
Result<std::optional<HeldBack>> run_before_hook(const config::Job &job,
                                                const catalog::RunRecord &record,
                                                const HookSink &on_line,
                                                const std::stop_token &stop);

} // namespace intact::engine
