// What the program does, one function a verb: says it to people and returns the exit code.
#pragma once

#include "cli/arguments.hpp"
#include "cli/session.hpp"

namespace intact::cli {

int run(const Session &session, const RunArguments &arguments);
int init(const Session &session, const InitArguments &arguments);
int check(const Session &session, const CheckArguments &arguments);
int show_config(const Session &session, const ConfigShowArguments &arguments);
int show_schema(const ConfigSchemaArguments &arguments);
int verify(const Session &session, const VerifyArguments &arguments);
int restore(const Session &session, const RestoreArguments &arguments);
int list(const Session &session, const ListArguments &arguments);
int show(const Session &session, const ShowArguments &arguments);
int history(const Session &session, const HistoryArguments &arguments);
int show_schedule(const Session &session, const ScheduleArguments &arguments);
int status(const Session &session, const StatusArguments &arguments);
int cancel(const Session &session, const CancelArguments &arguments);
int pause(const Session &session, const PauseArguments &arguments);
int resume(const Session &session, const ResumeArguments &arguments);
int reload(const Session &session);
int accept_clock(const Session &session);
int doctor(const Session &session, const DoctorArguments &arguments);
int recover(const Session &session, const RecoverArguments &arguments);
int selftest_publish(const Session &session, const SelftestArguments &arguments);
int show_metrics(const Session &session);
int survey(const Session &session, const SurveyArguments &arguments);
int rebuild_catalog(const Session &session);
int complete(const Session &session, const CompleteArguments &arguments);

} // namespace intact::cli
