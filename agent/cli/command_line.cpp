#include "cli/command_line.hpp"

#include "base/quantity.hpp"
#include "base/text.hpp"
#include "config/config.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>
#include <span>

namespace intact::cli {
namespace {

constexpr int kUsage = 2;
constexpr std::size_t kHelpColumn = 30;
constexpr std::string_view kBareFlag = "true"; // CLI11's word for a flag without a value

constexpr std::string_view kDescription =
    "Backups that can be proven whole: taken, read back, published in one step.";
constexpr const char *kFooter =
    "'intact VERB --help' tells more of each verb.\n"
    "Exit codes: 0 done, 1 failed, 2 usage, 3 done with warnings, 4 locked, 5 backup not whole,\n"
    "            6 source stream incomplete, 78 configuration, 130 interrupted\n"
    "Example: intact run etc && intact verify etc";

/// The words of every verb as they were given.
struct Words {
    bool verbose = false;
    bool json = false;
    bool quiet = false;
    bool all = false;
    bool overwrite = false;
    bool to_stdout = false;
    bool to_command = false;
    bool origin = false;
    bool all_columns = false;
    std::string wait;
    std::string format = "long";
    std::string depth = "archive";
};

void add_json(CLI::App &verb, Words &words, const char *what) {
    verb.add_flag("--json", words.json, what);
}

void add_quiet(CLI::App &verb, Words &words) {
    verb.add_flag("-q,--quiet", words.quiet, "Say nothing but errors and warnings");
}

void add_run(CLI::App &app, RunArguments &run, Words &words) {
    CLI::App &verb = *app.add_subcommand("run", "Take a backup of each JOB now");
    verb.add_option("JOB", run.jobs, "The jobs, in this order")->required()->type_name("");
    // A flag, so that a value comes with '=' only: 'run --wait etc' waits for job etc.
    verb.add_flag(
        "--wait", words.wait,
        "Wait until another run of the job has ended; --wait=10min: not longer than that");
    verb.add_flag("--new-destination", run.is_new_destination,
                  "The destination's disk was replaced: take what is mounted there now");
    add_json(verb, words, "JSON lines: start, progress, warnings, one outcome");
    add_quiet(verb, words);
    verb.add_option("--report-fd", run.report_fd, "")->group("")->check(CLI::NonNegativeNumber);
    verb.footer("Example: intact run etc home --wait=30min");
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
    verb.add_flag("--overwrite", words.overwrite, "Replace files that are there already");
    verb.add_flag("-n,--dry-run", restore.dry_run, "List what would be restored, write nothing");
    add_quiet(verb, words);
    verb.footer("Examples: intact restore etc --target /tmp/back etc/ssh\n"
                "          intact restore pg-main --pipe -- pg_restore --dbname=shop");
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

void add_history(CLI::App &app, HistoryArguments &history, Words &words) {
    CLI::App &verb = *app.add_subcommand("history", "List runs and how they ended, newest first");
    verb.add_option("JOB", history.job, "Only this job's")->type_name("");
    verb.add_option("-n,--limit", history.limit, "At most N runs; 0: all")
        ->type_name("N")
        ->capture_default_str();
    add_json(verb, words, "One JSON object a run, with its warnings");
    verb.footer("Example: intact history etc --limit=5");
}

void add_catalog(CLI::App &app) {
    CLI::App &catalog = *app.add_subcommand("catalog", "Look after the record of runs");
    catalog.require_subcommand(1);
    catalog.footer("Example: intact catalog rebuild");
    catalog
        .add_subcommand("rebuild", "Make the catalog again from the manifests of all jobs' backups")
        ->footer("What the catalog knows already stays; a damaged one is moved aside.\n"
                 "Example: intact catalog rebuild");
}

tl::unexpected<Answer> refuse(const CLI::App &app, std::string_view message,
                              std::string_view hint = "") {
    const auto verbs = app.get_subcommands();
    const std::string help =
        fmt::format("see 'intact {}--help'", verbs.empty() ? "" : verbs.front()->get_name() + " ");
    return tl::unexpected(Answer{kUsage, "",
                                 fmt::format("intact: error: {}\nhint: {}\n", one_line(message),
                                             hint.empty() ? help : one_line(hint))});
}

/// "did you mean …" for the first word that nobody expected.
std::string suggestion_for(const CLI::App &app, std::span<const char *const> words) {
    std::vector<std::string> known;
    const auto verbs = app.get_subcommands();
    const CLI::App &level = verbs.empty() ? app : *verbs.front();
    for (const CLI::App *verb : level.get_subcommands([](const CLI::App *) { return true; })) {
        known.push_back(verb->get_name());
    }
    for (const CLI::App *one : std::set<const CLI::App *>{&app, &level}) {
        for (const CLI::Option *option : one->get_options()) {
            for (const std::string &name : option->get_lnames()) {
                known.push_back("--" + name);
            }
        }
    }
    for (const std::string_view word : words) {
        const std::string name(word.substr(0, word.find('=')));
        const bool is_known = std::find(known.begin(), known.end(), name) != known.end();
        const auto near =
            is_known || name.size() < 3 ? std::vector<std::string>() : config::nearest(name, known);
        const bool is_candidate = name.starts_with('-') || verbs.empty();
        if (is_candidate && !near.empty()) {
            return fmt::format("did you mean '{}'?", near.front());
        }
    }
    return "";
}

Result<std::chrono::milliseconds> patience_of(const std::string &wait) {
    if (wait.empty()) {
        return std::chrono::milliseconds(0);
    }
    auto span = parse_duration(wait == kBareFlag ? "infinity" : wait);
    if (!span) {
        return fail(std::move(span).error().with_code(ErrorCode::usage).within("--wait"));
    }
    return std::chrono::duration_cast<std::chrono::milliseconds>(*span);
}

config::VerifyDepth depth_of(const std::string &word) {
    using config::VerifyDepth;
    return word == "size" ? VerifyDepth::size
                          : (word == "checksum" ? VerifyDepth::checksum : VerifyDepth::archive);
}

CheckFormat format_of(const std::string &word) {
    return word == "json" ? CheckFormat::json
                          : (word == "short" ? CheckFormat::brief : CheckFormat::full);
}

class Parser {
public:
    Parser() : app_(std::string(kDescription), "intact") {
        app_.fallthrough();
        app_.require_subcommand(0, 1);
        app_.get_formatter()->column_width(kHelpColumn);
        app_.get_formatter()->label("SUBCOMMAND", "VERB");
        app_.footer(kFooter);
        app_.set_version_flag("--version", version_text());
        app_.add_option("--config-dir", line_.globals.config_dir,
                        "Holds intact.toml and jobs.d/ (INTACT_CONFIG_DIR; /etc/intact)")
            ->type_name("DIR");
        app_.add_option("--state-dir", line_.globals.state_dir,
                        "Holds catalog and locks (INTACT_STATE_DIR; /var/lib/intact)")
            ->type_name("DIR");
        app_.add_flag("-v,--verbose", words_.verbose, "Log what is done, step by step");
        add_run(app_, run_, words_);
        add_check(app_, check_, words_);
        add_config(app_, show_, words_);
        add_verify(app_, verify_, words_);
        add_restore(app_, restore_, words_);
        add_list(app_, list_, words_);
        add_history(app_, history_, words_);
        add_catalog(app_);
        app_.add_subcommand("version", "Print the version")->footer("Example: intact version");
    }

    tl::expected<CommandLine, Answer> parse(int argc, const char *const *argv);

private:
    tl::expected<CommandLine, Answer> assemble();
    tl::expected<CommandLine, Answer> assemble_run();
    tl::expected<CommandLine, Answer> assemble_verify();
    tl::expected<CommandLine, Answer> assemble_restore();
    CommandLine with(Arguments verb) {
        line_.verb = std::move(verb);
        return line_;
    }
    bool has(const char *verb) const { return app_.got_subcommand(verb); }

    CommandLine line_;
    Words words_;
    RunArguments run_;
    CheckArguments check_;
    ConfigShowArguments show_;
    VerifyArguments verify_;
    RestoreArguments restore_;
    ListArguments list_;
    HistoryArguments history_;
    CLI::App app_; ///< last: it refers to the others
};

tl::expected<CommandLine, Answer> Parser::parse(int argc, const char *const *argv) {
    const std::span<const char *const> all(argv, static_cast<std::size_t>(argc));
    const auto is = [](std::string_view what) {
        return [what](const char *word) { return what == word; };
    };
    // After '--' come PATHs, as everywhere; but with --pipe it is the command, options and all.
    auto end = std::find_if(all.begin(), all.end(), is("--"));
    if (end != all.end() && std::find_if(all.begin(), end, is("--pipe")) != end) {
        restore_.command.assign(end + 1, all.end());
    } else {
        end = all.end();
    }
    const auto given = all.first(static_cast<std::size_t>(end - all.begin()));
    try {
        app_.parse(static_cast<int>(given.size()), given.data());
    } catch (const CLI::CallForHelp &) {
        return tl::unexpected(Answer{0, app_.help(), ""});
    } catch (const CLI::CallForVersion &) {
        return tl::unexpected(Answer{0, version_text() + "\n", ""});
    } catch (const CLI::Error &error) {
        return refuse(app_, error.what(), suggestion_for(app_, given.subspan(1)));
    }
    if (app_.get_subcommands().empty()) {
        return tl::unexpected(Answer{kUsage, "", app_.help()});
    }
    return assemble();
}

tl::expected<CommandLine, Answer> Parser::assemble() {
    line_.globals.detail = words_.verbose ? Detail::verbose : Detail::normal;
    const Form form = words_.json ? Form::json : Form::text;
    if (has("run")) {
        return assemble_run();
    }
    if (has("check")) {
        check_.format = format_of(words_.format);
        return with(check_);
    }
    if (has("config")) {
        show_.origin = words_.origin ? Origin::shown : Origin::hidden;
        show_.form = form;
        return with(show_);
    }
    if (has("verify")) {
        return assemble_verify();
    }
    if (has("restore")) {
        return assemble_restore();
    }
    if (has("list")) {
        list_.columns = words_.all_columns ? Columns::all : Columns::usual;
        list_.form = form;
        return with(list_);
    }
    if (has("history")) {
        history_.form = form;
        return with(history_);
    }
    return has("catalog") ? with(RebuildArguments{}) : with(VersionArguments{});
}

tl::expected<CommandLine, Answer> Parser::assemble_run() {
    const auto patience = patience_of(words_.wait);
    if (!patience) {
        return refuse(app_, patience.error().message(), patience.error().hint());
    }
    run_.patience = *patience;
    run_.form = words_.json ? Form::json : Form::text;
    run_.voice = words_.quiet ? Voice::quiet : Voice::normal;
    return with(run_);
}

tl::expected<CommandLine, Answer> Parser::assemble_verify() {
    if (verify_.words.empty() && !words_.all) {
        return refuse(app_, "verify: which backup?", "name a backup or a job, or give --all");
    }
    verify_.reach = words_.all ? Reach::all : Reach::newest;
    verify_.depth = depth_of(words_.depth);
    verify_.form = words_.json ? Form::json : Form::text;
    verify_.voice = words_.quiet ? Voice::quiet : Voice::normal;
    return with(verify_);
}

tl::expected<CommandLine, Answer> Parser::assemble_restore() {
    const int places = (restore_.target.empty() ? 0 : 1) + (words_.to_stdout ? 1 : 0) +
                       (words_.to_command ? 1 : 0);
    if (places != 1) {
        return refuse(app_, "restore: where to?",
                      "give exactly one of --target DIR, --stdout and --pipe -- COMMAND");
    }
    if (words_.to_command && restore_.command.empty()) {
        return refuse(app_, "restore: --pipe without a command",
                      "write it after '--': intact restore BACKUP --pipe -- pg_restore -d shop");
    }
    const bool has_file_options =
        !restore_.patterns.empty() || words_.overwrite || restore_.dry_run;
    if (restore_.target.empty() && has_file_options) {
        return refuse(app_, "restore: PATH, --overwrite and --dry-run go with --target only",
                      "a stream is written whole");
    }
    restore_.to = words_.to_stdout
                      ? RestoreTo::standard_output
                      : (words_.to_command ? RestoreTo::command : RestoreTo::directory);
    restore_.existing = words_.overwrite ? engine::Existing::overwrite : engine::Existing::keep;
    restore_.voice = words_.quiet ? Voice::quiet : Voice::normal;
    return with(restore_);
}

} // namespace

std::string version_text() {
    return "intact " INTACT_VERSION;
}

tl::expected<CommandLine, Answer> parse_command_line(int argc, const char *const *argv) {
    return Parser().parse(argc, argv);
}

} // namespace intact::cli
