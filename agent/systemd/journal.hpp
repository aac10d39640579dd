// The journal as the place that log messages go to, with fields. Source: sd_journal_send(3).
#pragma once

namespace intact::systemd {

/// Whether what is written to stderr ends in the journal ($JOURNAL_STREAM, systemd.exec(5)).
bool is_stderr_journal();
/// From now on log messages are native entries. Thread: before any other exists.
void log_to_journal();

} // namespace intact::systemd
