#include "cli/cli.hpp"

#include "base/caught.hpp"
#include "base/log.hpp"
#include "cli/command_line.hpp"
#include "cli/output.hpp"
#include "cli/service_user.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"

namespace intact::cli {
namespace {

struct Dispatch {
    const Session &session;

    int operator()(const RunArguments &arguments) const { return run(session, arguments); }
    int operator()(const InitArguments &arguments) const { return init(session, arguments); }
    int operator()(const CheckArguments &arguments) const { return check(session, arguments); }
    int operator()(const ConfigShowArguments &arguments) const {
        return show_config(session, arguments);
    }
    int operator()(const ConfigSchemaArguments &arguments) const { return show_schema(arguments); }
    int operator()(const VerifyArguments &arguments) const { return verify(session, arguments); }
    int operator()(const RestoreArguments &arguments) const { return restore(session, arguments); }
    int operator()(const ListArguments &arguments) const { return list(session, arguments); }
    int operator()(const ShowArguments &arguments) const { return show(session, arguments); }
    int operator()(const HistoryArguments &arguments) const { return history(session, arguments); }
    int operator()(const ScheduleArguments &arguments) const {
        return show_schedule(session, arguments);
    }
    int operator()(const StatusArguments &arguments) const { return status(session, arguments); }
    int operator()(const CancelArguments &arguments) const { return cancel(session, arguments); }
    int operator()(const PauseArguments &arguments) const { return pause(session, arguments); }
    int operator()(const ResumeArguments &arguments) const { return resume(session, arguments); }
    int operator()(const ReloadArguments &) const { return reload(session); }
    int operator()(const AcceptClockArguments &) const { return accept_clock(session); }
    int operator()(const DoctorArguments &arguments) const { return doctor(session, arguments); }
    int operator()(const RecoverArguments &arguments) const { return recover(session, arguments); }
    int operator()(const SelftestArguments &arguments) const {
        return selftest_publish(session, arguments);
    }
    int operator()(const MetricsArguments &) const { return show_metrics(session); }
    int operator()(const SurveyArguments &arguments) const { return survey(session, arguments); }
    int operator()(const RebuildArguments &) const { return rebuild_catalog(session); }
    int operator()(const CompleteArguments &arguments) const {
        return complete(session, arguments);
    }
    int operator()(const VersionArguments &) const {
        print(version_text() + "\n");
        return 0;
    }
};

int run_verb(int argc, const char *const *argv, os::Sys &sys) {
    const auto parsed = parse_command_line(argc, argv);
    if (!parsed) {
        print(parsed.error().out);
        print_aside(parsed.error().error);
        return parsed.error().exit_code;
    }
    log::start(parsed->globals.detail == Detail::verbose ? log::Level::debug : log::Level::info);
    if (const auto acting = act_as_service(*parsed); !acting) {
        return print_error(acting.error());
    }
    const Session session{parsed->globals, &sys};
    return std::visit(Dispatch{session}, parsed->verb);
}

// Below here, what the library throws for want of memory or threads is an error of one run; here it
// is one of the command, such as when not even the thread for signals can be started.
int run_verb_or_catch(int argc, const char *const *argv, os::Sys &sys) {
    try {
        return run_verb(argc, argv, sys);
    } catch (...) {
        return print_error(caught("intact cannot go on"));
    }
}

} // namespace

int run_cli(int argc, const char *const *argv, os::Sys &sys) {
    const StandardOutputs outputs;
    const int exit_code = run_verb_or_catch(argc, argv, sys);
    // Output that is cut short must not pass for the whole, also not to a reader that left early:
    // the same as what coreutils say and return with SIGPIPE ignored.
    if (const auto failure = standard_output().failure()) {
        print_error("standard output: " + failure->message(), "");
        return exit_code == 0 ? exit_code_of(failure->code()) : exit_code;
    }
    return exit_code;
}

} // namespace intact::cli
