#include "cli/command_line.hpp"

#include "base/quantity.hpp"
#include "base/text.hpp"
#include "cli/verb_options.hpp"
#include "config/choices.hpp"
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
        app_.add_flag("--session-bus", words_.session_bus,
                      "Ask a daemon on the user's bus, not on that of the system");
        app_.add_flag("--as-root", words_.as_root,
                      "Stay root where 'run', 'recover', 'doctor' and 'catalog' act as _intact");
        app_.add_flag("-v,--verbose", words_.verbose, "Log what is done, step by step");
        add_run(app_, run_, words_);
        add_init(app_, init_, words_);
        add_check(app_, check_, words_);
        add_config(app_, show_, words_);
        add_verify(app_, verify_, words_);
        add_restore(app_, restore_, words_);
        add_list(app_, list_, words_);
        add_show(app_, show_backup_, words_);
        add_history(app_, history_, words_);
        add_schedule(app_, schedule_, words_);
        add_status(app_, status_, words_);
        add_cancel(app_, cancel_);
        add_pause(app_, pause_, words_);
        add_resume(app_, resume_, words_);
        add_reload(app_);
        add_accept_clock(app_);
        add_doctor(app_, doctor_, words_);
        add_recover(app_, recover_, words_);
        add_selftest(app_, selftest_, words_);
        add_metrics(app_);
        add_catalog(app_, words_);
        add_complete(app_, words_);
        app_.add_subcommand("version", "Print the version")->footer("Example: intact version");
    }

    tl::expected<CommandLine, Answer> parse(int argc, const char *const *argv);

private:
    tl::expected<CommandLine, Answer> assemble();
    tl::expected<CommandLine, Answer> assemble_run();
    tl::expected<CommandLine, Answer> assemble_init();
    tl::expected<CommandLine, Answer> assemble_control();
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
    InitArguments init_;
    CheckArguments check_;
    ConfigShowArguments show_;
    VerifyArguments verify_;
    RestoreArguments restore_;
    ListArguments list_;
    ShowArguments show_backup_;
    HistoryArguments history_;
    ScheduleArguments schedule_;
    StatusArguments status_;
    CancelArguments cancel_;
    PauseArguments pause_;
    ResumeArguments resume_;
    DoctorArguments doctor_;
    RecoverArguments recover_;
    SelftestArguments selftest_;
    CLI::App app_; ///< last: it refers to the others
};

tl::expected<CommandLine, Answer> Parser::parse(int argc, const char *const *argv) {
    const std::span<const char *const> all(argv, static_cast<std::size_t>(argc));
    const auto is = [](std::string_view what) {
        return [what](const char *word) { return what == word; };
    };
    // After '--' come PATHs, as everywhere; but with --pipe and --command it is the command,
    // options and all.
    auto end = std::find_if(all.begin(), all.end(), is("--"));
    if (end != all.end() && std::find_if(all.begin(), end, is("--pipe")) != end) {
        restore_.command.assign(end + 1, all.end());
    } else if (end != all.end() && std::find_if(all.begin(), end, is("--command")) != end) {
        init_.command.assign(end + 1, all.end());
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
    line_.globals.user = words_.as_root ? ActAs::root : ActAs::service;
    line_.globals.bus = words_.session_bus ? systemd::BusKind::session : systemd::BusKind::system;
    const Form form = words_.json ? Form::json : Form::text;
    if (has("run")) {
        return assemble_run();
    }
    if (has("init")) {
        return assemble_init();
    }
    if (has("check")) {
        check_.format = format_of(words_.format);
        return with(check_);
    }
    if (has("config") && app_.get_subcommand("config")->got_subcommand("schema")) {
        return with(
            ConfigSchemaArguments{words_.schema == "job" ? SchemaOf::job : SchemaOf::agent});
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
    if (has("show")) {
        show_backup_.form = form;
        return with(show_backup_);
    }
    if (has("history")) {
        history_.form = form;
        return with(history_);
    }
    if (has("schedule")) {
        schedule_.dst_gap = config::choice_of<schedule::DstGap>(config::kGaps, words_.dst_gap);
        schedule_.form = form;
        return with(schedule_);
    }
    if (has("doctor")) {
        doctor_.form = form;
        return with(doctor_);
    }
    if (has("recover")) {
        recover_.settling =
            words_.dry_run ? destination::Settling::look : destination::Settling::act;
        return with(recover_);
    }
    if (has("selftest")) {
        selftest_.form = form;
        return with(selftest_);
    }
    if (has("metrics")) {
        return with(MetricsArguments{});
    }
    if (has("catalog")) {
        return app_.get_subcommand("catalog")->got_subcommand("survey")
                   ? with(SurveyArguments{words_.quiet ? Voice::quiet : Voice::normal})
                   : with(RebuildArguments{});
    }
    if (has("__complete")) {
        return with(CompleteArguments{words_.offer == "jobs" ? Offer::jobs : Offer::backups});
    }
    return has("version") ? with(VersionArguments{}) : assemble_control();
}

tl::expected<CommandLine, Answer> Parser::assemble_control() {
    if (has("status")) {
        status_.watch = words_.watch ? Watching::on : Watching::off;
        status_.form = words_.json ? Form::json : Form::text;
        return with(status_);
    }
    if (has("cancel")) {
        return with(cancel_);
    }
    if (has("reload")) {
        return with(ReloadArguments{});
    }
    if (has("accept-clock")) {
        return with(AcceptClockArguments{});
    }
    ControlArguments &control = has("pause") ? static_cast<ControlArguments &>(pause_)
                                             : static_cast<ControlArguments &>(resume_);
    if (control.jobs.empty() && !words_.all) {
        return refuse(app_, has("pause") ? "pause: which job?" : "resume: which job?",
                      "name a job, or give --all");
    }
    control.whom = words_.all ? Whom::all : Whom::named;
    return has("pause") ? with(pause_) : with(resume_);
}

tl::expected<CommandLine, Answer> Parser::assemble_run() {
    const auto patience = patience_of(words_.wait);
    if (!patience) {
        return refuse(app_, patience.error().message(), patience.error().hint());
    }
    run_.patience = *patience;
    run_.form = words_.json ? Form::json : Form::text;
    run_.by = words_.via_daemon ? RunBy::daemon : RunBy::us;
    if (words_.via_daemon &&
        (!words_.wait.empty() || run_.is_new_destination || run_.checks_conditions)) {
        return refuse(app_,
                      "run: --via-daemon goes without --wait, --new-destination and "
                      "--check-conditions",
                      "the daemon's queue waits; for the others run it without --via-daemon");
    }
    run_.voice = run_.config_fd >= 0 ? Voice::silent : words_.quiet ? Voice::quiet : Voice::normal;
    return with(run_);
}

tl::expected<CommandLine, Answer> Parser::assemble_init() {
    if (words_.of_command && init_.command.empty()) {
        return refuse(app_, "init: --command without a command",
                      "write it after '--': intact init --name shop --command -- pg_dump shop");
    }
    init_.to = words_.to_stdout ? InitArguments::To::standard_output : InitArguments::To::file;
    return with(init_);
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
    const bool to_pod = !words_.pod.empty();
    const bool to_database = !restore_.job.empty();
    const int places = (restore_.target.empty() && !to_pod ? 0 : 1) + (words_.to_stdout ? 1 : 0) +
                       (words_.to_command ? 1 : 0) + (to_database ? 1 : 0);
    if (places != 1) {
        return refuse(app_, "restore: where to?",
                      "give exactly one of --target DIR, --stdout, --pod, --into JOB and "
                      "--pipe -- COMMAND");
    }
    if (words_.to_command && restore_.command.empty()) {
        return refuse(app_, "restore: --pipe without a command",
                      "write it after '--': intact restore BACKUP --pipe -- pg_restore -d shop");
    }
    if (to_pod && !restore_.target.empty() && restore_.target.front() != '/') {
        return refuse(app_, "restore: a pod's directory is absolute", "--target /DIR");
    }
    const bool picks = !restore_.patterns.empty() || restore_.dry_run;
    const bool overwrites = words_.overwrite && !to_pod && !to_database;
    if ((restore_.target.empty() || to_pod) && (picks || overwrites)) {
        return refuse(app_, "restore: PATH, --overwrite and --dry-run go with --target only",
                      "a stream is written whole; --overwrite goes with --pod and --into, too");
    }
    restore_.to = to_pod              ? RestoreTo::pod
                  : to_database       ? RestoreTo::database
                  : words_.to_stdout  ? RestoreTo::standard_output
                  : words_.to_command ? RestoreTo::command
                                      : RestoreTo::directory;
    restore_.pod = words_.pod == kBareFlag ? "" : words_.pod;
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
