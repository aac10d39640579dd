// The options of each verb, with the words that help shows for them.
#pragma once

#include "cli/arguments.hpp"

#include <CLI/CLI.hpp>
#include <string>

namespace intact::cli {

/// The words of every verb as they were given.
struct Words {
    bool verbose = false;
    bool json = false;
    bool quiet = false;
    bool all = false;
    bool overwrite = false;
    bool to_stdout = false;
    bool to_command = false;
    bool of_command = false;
    bool origin = false;
    bool all_columns = false;
    bool dry_run = false;
    bool watch = false;
    bool via_daemon = false;
    bool session_bus = false;
    bool as_root = false;
    std::string wait;
    std::string pod;
    std::string dst_gap = "run-after";
    std::string format = "long";
    std::string depth = "archive";
    std::string schema = "job";
    std::string offer;
};

void add_run(CLI::App &app, RunArguments &run, Words &words);
void add_init(CLI::App &app, InitArguments &init, Words &words);
void add_check(CLI::App &app, CheckArguments &check, Words &words);
void add_config(CLI::App &app, ConfigShowArguments &show, Words &words);
void add_verify(CLI::App &app, VerifyArguments &verify, Words &words);
void add_restore(CLI::App &app, RestoreArguments &restore, Words &words);
void add_list(CLI::App &app, ListArguments &list, Words &words);
void add_show(CLI::App &app, ShowArguments &show, Words &words);
void add_history(CLI::App &app, HistoryArguments &history, Words &words);
void add_schedule(CLI::App &app, ScheduleArguments &schedule, Words &words);
void add_status(CLI::App &app, StatusArguments &status, Words &words);
void add_cancel(CLI::App &app, CancelArguments &cancel);
void add_pause(CLI::App &app, PauseArguments &pause, Words &words);
void add_resume(CLI::App &app, ResumeArguments &resume, Words &words);
void add_reload(CLI::App &app);
void add_accept_clock(CLI::App &app);
void add_doctor(CLI::App &app, DoctorArguments &doctor, Words &words);
void add_recover(CLI::App &app, RecoverArguments &recover, Words &words);
void add_selftest(CLI::App &app, SelftestArguments &selftest, Words &words);
void add_metrics(CLI::App &app);
void add_catalog(CLI::App &app, Words &words);
/// Hidden: for completions of shells.
void add_complete(CLI::App &app, Words &words);

} // namespace intact::cli
