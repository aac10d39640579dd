// Options of the verbs that speak with the daemon.
#include "cli/verb_options.hpp"

namespace intact::cli {
namespace {

void add_jobs(CLI::App &verb, ControlArguments &control, Words &words) {
    CLI::Option *all = verb.add_flag("--all", words.all, "All jobs together");
    verb.add_option("JOB", control.jobs, "These jobs")->type_name("")->excludes(all);
}

} // namespace

void add_status(CLI::App &app, StatusArguments &status, Words &words) {
    CLI::App &verb =
        *app.add_subcommand("status", "Tell what jobs do now, did last, and when they are due");
    verb.add_option("JOB", status.job, "Only this job")->type_name("");
    CLI::Option *watch =
        verb.add_flag("-w,--watch", words.watch, "Go on: shown anew whenever something changes");
    verb.add_flag("--json", words.json, "One JSON object with daemon and jobs")->excludes(watch);
    verb.footer("Example: intact status --watch");
}

void add_cancel(CLI::App &app, CancelArguments &cancel) {
    CLI::App &verb =
        *app.add_subcommand("cancel", "Stop the run of a JOB, or take it from the queue");
    verb.add_option("JOB", cancel.jobs, "These jobs")->required()->type_name("");
    verb.footer("The previous backup stays; it is not tried again.\nExample: intact cancel etc");
}

void add_pause(CLI::App &app, PauseArguments &pause, Words &words) {
    CLI::App &verb =
        *app.add_subcommand("pause", "Leave out what a JOB has due until it is resumed");
    add_jobs(verb, pause, words);
    CLI::Option *until =
        verb.add_option("--until", pause.until, "Resume by itself at this time")->type_name("TIME");
    verb.add_option("--for", pause.span, "Resume by itself after so long")
        ->type_name("SPAN")
        ->excludes(until);
    verb.footer(
        "A run that is on goes on; by hand a paused job runs all the same. A pause outlasts\n"
        "restarts.\n"
        "Example: intact pause --all --for 2h");
}

void add_resume(CLI::App &app, ResumeArguments &resume, Words &words) {
    CLI::App &verb = *app.add_subcommand("resume", "End a pause");
    add_jobs(verb, resume, words);
    verb.footer("A pause of all jobs and one of a job are two: each ends by itself.\n"
                "Example: intact resume etc");
}

void add_reload(CLI::App &app) {
    app.add_subcommand("reload", "Have the daemon read the configuration again: all of it or none")
        ->footer("Waits for the end. With an error in it, that is shown and the old one holds.\n"
                 "Example: intact reload");
}

void add_accept_clock(CLI::App &app) {
    app.add_subcommand("accept-clock",
                       "Tell the daemon that the host's clock is right after it jumped by years")
        ->footer("Until then nothing is scheduled.\nExample: intact accept-clock");
}

} // namespace intact::cli
