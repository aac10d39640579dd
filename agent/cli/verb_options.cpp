#include "cli/verb_options.hpp"

namespace intact::cli {

namespace {

void add_json(CLI::App &verb, Words &words, const char *what) {
    verb.add_flag("--json", words.json, what);
}

void add_quiet(CLI::App &verb, Words &words) {
    verb.add_flag("-q,--quiet", words.quiet, "Say nothing but errors and warnings");
}

} // namespace

void add_run(CLI::App &app, RunArguments &run, Words &words) {
    CLI::App &verb = *app.add_subcommand("run", "Take a backup of each JOB now");
    verb.add_option("JOB", run.jobs, "The jobs, in this order")->required()->type_name("");
    // A flag, so that a value comes with '=' only: 'run --wait etc' waits for job etc.
    verb.add_flag(
        "--wait", words.wait,
        "Wait until another run of the job has ended; --wait=10min: not longer than that");
    verb.add_flag("--new-destination", run.is_new_destination,
                  "The destination's disk was replaced: take what is mounted there now");
    verb.add_flag("--check-conditions", run.checks_conditions,
                  "Leave it out when a condition of the job does not hold, and exit with 75");
    verb.add_flag("--via-daemon", words.via_daemon,
                  "Have the daemon make the run, in its queue, and follow it to its end");
    add_json(verb, words, "JSON lines: start, progress, warnings, one outcome");
    add_quiet(verb, words);
    verb.add_option("--report-fd", run.report_fd, "")->group("")->check(CLI::NonNegativeNumber);
    verb.add_option("--run-id", run.run_id, "")->group("");
    verb.add_option("--config-fd", run.config_fd, "")->group("")->check(CLI::NonNegativeNumber);
    verb.footer("Example: intact run etc home --wait=30min");
}

void add_init(CLI::App &app, InitArguments &init, Words &words) {
    CLI::App &verb = *app.add_subcommand(
        "init", "Write the file of a first job; what is not given is asked for");
    verb.add_option("--name", init.name, "Of the job, and so of its file")->type_name("NAME");
    CLI::Option *source =
        verb.add_option("--source", init.sources, "Back up this path; may be given again")
            ->type_name("PATH")
            ->allow_extra_args(false);
    verb.add_flag("--command", words.of_command, "Back up the output of the command after '--'")
        ->excludes(source);
    verb.add_option("--destination", init.destination,
                    "Where backups go (/var/backups/intact/NAME)")
        ->type_name("DIR");
    verb.add_option("--schedule", init.schedule,
                    "When, as systemd.time(7) has it ('daily'); 'never': by hand only")
        ->type_name("EXPR");
    verb.add_flag("--stdout", words.to_stdout, "Print what would be written, write nothing");
    verb.footer("A file that is there is never replaced.\n"
                "Examples: intact init\n"
                "          intact init --name etc --source /etc --schedule daily\n"
                "          intact init --name shop --schedule daily --command -- pg_dump -Fc shop");
}

void add_check(CLI::App &app, CheckArguments &check, Words &words) {
    CLI::App &verb = *app.add_subcommand("check", "Check the configuration, or these FILEs");
    verb.add_option("FILE", check.files, "Job files, or an intact.toml")->type_name("");
    verb.add_option("--format", words.format, "long, short or json")
        ->type_name("FORMAT")
        ->check(CLI::IsMember({"long", "short", "json"}).description(""));
    verb.footer("Example: intact check /etc/intact/jobs.d/etc.toml --format=short");
}

void add_config(CLI::App &app, ConfigShowArguments &show, Words &words) {
    CLI::App &config = *app.add_subcommand("config", "Show the configuration as it is in effect");
    config.require_subcommand(1);
    config.footer("Example: intact config show etc --origin");
    CLI::App &verb = *config.add_subcommand("show", "The effective values of each job, as TOML");
    verb.add_option("JOB", show.job, "Only this job")->type_name("");
    verb.add_flag("--origin", words.origin, "Say for each value which file and line gave it");
    add_json(verb, words, "One JSON object a job");
    verb.footer("Example: intact config show etc --origin");
    CLI::App &schema =
        *config.add_subcommand("schema", "The keys of a file as JSON Schema, for editors");
    schema.add_option("FILE", words.schema, "job (the default) or intact.toml")
        ->type_name("")
        ->check(CLI::IsMember({"job", "intact.toml"}).description(""));
    schema.footer("Example: intact config schema job >job.schema.json");
}

void add_verify(CLI::App &app, VerifyArguments &verify, Words &words) {
    CLI::App &verb =
        *app.add_subcommand("verify", "Read backups back and prove that they are whole");
    verb.add_option("BACKUP", verify.words, "A path, a backup's name, or a job: its newest backup")
        ->type_name("");
    verb.add_flag("--all", words.all, "Every backup of the given jobs, or of every job");
    verb.add_option("--depth", words.depth,
                    "size, checksum or archive: compression, tar and entries as well")
        ->type_name("DEPTH")
        ->capture_default_str()
        ->check(CLI::IsMember({"size", "checksum", "archive"}).description(""));
    add_json(verb, words, "One JSON object a backup");
    add_quiet(verb, words);
    verb.footer("Example: intact verify etc /mnt/usb/home-20261122T020000Z.tar.zst");
}

void add_restore(CLI::App &app, RestoreArguments &restore, Words &words) {
    CLI::App &verb = *app.add_subcommand("restore", "Bring a backup back, whole or by PATH");
    verb.add_option("BACKUP", restore.backup,
                    "A path, a backup's name, or a job: its newest backup")
        ->required()
        ->type_name("");
    verb.add_option("PATH", restore.patterns,
                    "Only these paths or patterns, as 'tar -t' lists them ('etc/ssh', '*.conf')")
        ->type_name("");
    verb.add_option("-t,--target", restore.target, "The directory to restore into; made if missing")
        ->type_name("DIR");
    verb.add_flag("--stdout", words.to_stdout, "Write the uncompressed stream to standard output");
    verb.add_flag("--pipe", words.to_command,
                  "Feed the uncompressed stream to the command after '--'");
    // A flag like --wait: 'restore --pod data' is about backup data.
    verb.add_flag("--pod", words.pod,
                  "Unpack it in the pod of the backup's job, or --pod=NAME: in that one; there "
                  "--target DIR is / by default");
    verb.add_option("--into", restore.job,
                    "Feed it to the database that this job's [source] names, by its own tool")
        ->type_name("JOB");
    verb.add_flag("--overwrite", words.overwrite, "Replace what is there already");
    verb.add_flag("-n,--dry-run", restore.dry_run, "List what would be restored, write nothing");
    add_quiet(verb, words);
    verb.footer("Examples: intact restore etc --target /tmp/back etc/ssh\n"
                "          intact restore pg-main --pipe -- pg_restore --dbname=shop\n"
                "          intact restore shop --into shop-test --overwrite");
}

void add_list(CLI::App &app, ListArguments &list, Words &words) {
    CLI::App &verb = *app.add_subcommand("list", "List the backups that are there");
    verb.add_option("JOB", list.job, "Only this job's")->type_name("");
    verb.add_option("--destination", list.destination, "Look in this directory, without any job")
        ->type_name("DIR");
    verb.add_flag("-l,--long", words.all_columns, "With run, host, SHA-256 and directory");
    add_json(verb, words, "One JSON object a backup");
    verb.footer("Example: intact list etc");
}

void add_show(CLI::App &app, ShowArguments &show, Words &words) {
    CLI::App &verb = *app.add_subcommand("show", "Tell all that is known of one backup");
    verb.add_option("BACKUP", show.backup, "A path, a backup's name, or a job: its newest backup")
        ->required()
        ->type_name("");
    add_json(verb, words, "Its manifest");
    verb.footer("Example: intact show etc");
}

void add_history(CLI::App &app, HistoryArguments &history, Words &words) {
    CLI::App &verb = *app.add_subcommand("history", "List runs and how they ended, newest first");
    verb.add_option("JOB", history.job, "Only this job's")->type_name("");
    verb.add_option("-n,--limit", history.limit, "At most N runs; 0: all")
        ->type_name("N")
        ->capture_default_str();
    add_json(verb, words, "One JSON object a run, with its warnings");
    verb.footer("Example: intact history etc --limit=5");
}

void add_schedule(CLI::App &app, ScheduleArguments &schedule, Words &words) {
    CLI::App &verb = *app.add_subcommand("schedule", "Tell when jobs are due next");
    CLI::Option *job =
        verb.add_option("JOB", schedule.job, "Only this job; without: every job with a schedule")
            ->type_name("");
    verb.add_option("-n,--iterations", schedule.iterations, "So many times")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 10000).description(""));
    verb.add_option("--from", schedule.from, "After this time (now)")->type_name("TIME");
    CLI::Option *calendar =
        verb.add_option("--calendar", schedule.calendars,
                        "Of this expression, see systemd.time(7); may be given again")
            ->type_name("EXPR")
            ->allow_extra_args(false)
            ->excludes(job);
    verb.add_option("--timezone", schedule.timezone, "Its time zone (the host's)")
        ->type_name("ZONE")
        ->needs(calendar);
    verb.add_option("--dst-gap", words.dst_gap,
                    "What becomes of a fixed hour that the clock skips: run-after, skip")
        ->type_name("WHAT")
        ->capture_default_str()
        ->check(CLI::IsMember({"run-after", "skip"}).description(""))
        ->needs(calendar);
    add_json(verb, words, "One JSON array of objects with utc and local");
    verb.footer("Example: intact schedule etc\n"
                "         intact schedule --calendar 'Mon..Fri 02:30' --timezone Europe/Berlin");
}

void add_doctor(CLI::App &app, DoctorArguments &doctor, Words &words) {
    CLI::App &verb =
        *app.add_subcommand("doctor", "Check everything that a run will need, and say what to do");
    verb.add_option("JOB", doctor.words, "A job, or a directory with a '/'; without: every job")
        ->type_name("");
    add_json(verb, words, "One JSON object a destination");
    verb.footer("Takes no backup. Where Intact is installed, root asks as the service's user.\n"
                "Example: intact doctor etc /mnt/usb/");
}

void add_recover(CLI::App &app, RecoverArguments &recover, Words &words) {
    CLI::App &verb = *app.add_subcommand(
        "recover", "Settle what runs that died left behind, as the next run would");
    verb.add_option("JOB", recover.word, "A job, or a directory with a '/'; without: every job")
        ->type_name("");
    verb.add_flag("-n,--dry-run", words.dry_run, "Say what would be done, change nothing");
    verb.add_option("--dead-run", recover.dead_run, "")->group("");
    verb.footer("Example: intact recover etc --dry-run");
}

void add_selftest(CLI::App &app, SelftestArguments &selftest, Words &words) {
    CLI::App &all = *app.add_subcommand("selftest", "Try on this machine what Intact promises");
    all.require_subcommand(1);
    all.footer("Example: intact selftest publish /mnt/usb");
    CLI::App &verb = *all.add_subcommand(
        "publish", "Publish in DIR, killed at every step, and recover; leaves nothing behind");
    verb.add_option("DIR", selftest.directory, "A directory on the filesystem to try")
        ->required()
        ->type_name("");
    const auto add_number = [&verb](const char *name, unsigned &value, const char *words_for_it) {
        verb.add_option(name, value, words_for_it)
            ->type_name("N")
            ->capture_default_str()
            ->check(CLI::Range(1, 10000).description(""));
    };
    add_number("--rounds", selftest.extent.rounds, "How often");
    add_number("--every", selftest.extent.every,
               "Kill at every Nth step only, in each round at others");
    add_json(verb, words, "One JSON object");
    verb.footer("Example: intact selftest publish /mnt/usb --rounds 10");
}

void add_metrics(CLI::App &app) {
    app.add_subcommand("metrics", "Print the metrics of all jobs, without the daemon")
        ->footer("What the daemon serves at metrics.listen has also what runs and waits now.\n"
                 "Example: intact metrics | promtool check metrics");
}

void add_catalog(CLI::App &app, Words &words) {
    CLI::App &catalog = *app.add_subcommand("catalog", "Look after the record of runs");
    catalog.require_subcommand(1);
    catalog.footer("Example: intact catalog rebuild");
    catalog
        .add_subcommand("rebuild", "Make the catalog again from the manifests of all jobs' backups")
        ->footer("What the catalog knows already stays; a damaged one is moved aside.\n"
                 "Example: intact catalog rebuild");
    CLI::App &survey = *catalog.add_subcommand(
        "survey", "Look at all destinations: backups kept, and room that is left");
    add_quiet(survey, words);
    survey.footer("The daemon does so by itself, for its metrics (daemon.survey_interval).\n"
                  "Example: intact catalog survey");
}

void add_complete(CLI::App &app, Words &words) {
    CLI::App &verb = *app.add_subcommand("__complete", "")->group("");
    verb.add_option("WHAT", words.offer, "jobs or backups")
        ->required()
        ->check(CLI::IsMember({"jobs", "backups"}));
    verb.footer("Example: intact __complete jobs");
}

} // namespace intact::cli
