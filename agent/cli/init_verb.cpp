#include "base/shell_words.hpp"
#include "base/text.hpp"
#include "cli/job_draft.hpp"
#include "cli/questions.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <unistd.h>

namespace intact::cli {
namespace {

constexpr std::string_view kNever = "never";

/// Gathers a draft: by options first, then by questions.
class Init {
public:
    Init(const Session &session, const InitArguments &arguments)
        : configuration_(config::load(session.places())), sys_(*session.sys),
          needs_schedule_(arguments.schedule.empty()),
          place_{session.places().directories.front() + "/jobs.d", configuration_.main} {
        draft_.name = arguments.name;
        draft_.sources = arguments.sources;
        draft_.command = arguments.command;
        draft_.destination = arguments.destination;
        draft_.schedule = arguments.schedule == kNever ? "" : arguments.schedule;
    }

    Result<> gather() {
        INTACT_TRY(try_it(draft_));
        const std::string missing = missing_options();
        if (missing.empty()) {
            return {};
        }
        if (!is_terminal(STDIN_FILENO) || !is_terminal(STDERR_FILENO)) {
            return fail(Error(ErrorCode::usage, "init: not given: " + missing)
                            .with_hint("give it as an option, or answer questions at a terminal"));
        }
        return ask_for_all();
    }

    std::string text() const { return draft_.text(); }
    Result<std::string> write() const { return write_draft(draft_, place_, sys_); }
    const std::string &name() const { return draft_.name; }

private:
    std::string missing_options() const {
        std::vector<std::string> missing;
        if (draft_.name.empty()) {
            missing.emplace_back("--name");
        }
        if (draft_.sources.empty() && draft_.command.empty()) {
            missing.emplace_back("--source or --command");
        }
        if (needs_schedule_) {
            missing.emplace_back("--schedule");
        }
        return fmt::format("{}", fmt::join(missing, ", "));
    }

    /// Takes the draft when the loader does; the destination becomes what the loader makes of it.
    Result<> try_it(const Draft &draft) {
        INTACT_TRY(check_is_new(draft.name));
        INTACT_TRY_ASSIGN(const auto loaded, try_draft(draft, place_));
        draft_ = draft;
        destination_ = loaded.job.destination.path;
        return {};
    }

    Result<> check_is_new(const std::string &name) const {
        std::string file;
        if (const config::Job *job = configuration_.find(name)) {
            file = job->file;
        }
        for (const config::BrokenJob &broken : configuration_.broken) {
            file = broken.name == name ? broken.file : file;
        }
        return file.empty() ? Result<>()
                            : fail(Error(ErrorCode::already_exists,
                                         fmt::format("job '{}' is there already: {}",
                                                     one_line(name), os::quoted_path(file)))
                                       .with_hint("choose another name, or edit that file"));
    }

    /// Asks for one value of the draft.
    template <typename Set>
    Result<> ask_for(const Question &question, const Set &set) {
        return ask(question, [&](const std::string &answer) -> Result<> {
            Draft draft = draft_;
            INTACT_TRY(set(draft, answer));
            return try_it(draft);
        });
    }

    Result<> ask_for_all() {
        if (draft_.name.empty()) {
            INTACT_TRY(ask_for({"Name of the job", ""}, [](Draft &draft, const auto &answer) {
                draft.name = answer;
                return answer.empty() ? Result<>(fail(ErrorCode::usage, "such as 'etc'"))
                                      : Result<>();
            }));
        }
        if (draft_.sources.empty() && draft_.command.empty()) {
            INTACT_TRY(ask_for_source());
        }
        if (draft_.destination.empty()) {
            INTACT_TRY(ask_for({"Directory for its backups", destination_},
                               [](Draft &draft, const auto &answer) {
                                   draft.destination = answer;
                                   return Result<>();
                               }));
        }
        if (needs_schedule_) {
            return ask_for({"When ('never': by hand only)", "daily"},
                           [](Draft &draft, const auto &answer) {
                               draft.schedule = answer == kNever ? "" : answer;
                               return Result<>();
                           });
        }
        return {};
    }

    Result<> ask_for_source() {
        bool is_command = false;
        INTACT_TRY(ask({"Back up 'files' or the output of a 'command'?", "files"},
                       [&](const std::string &answer) -> Result<> {
                           is_command = answer == "command";
                           return is_command || answer == "files"
                                      ? Result<>()
                                      : fail(ErrorCode::usage, "say 'files' or 'command'");
                       }));
        return is_command ? ask_for_command() : ask_for_paths();
    }

    Result<> ask_for_command() {
        return ask_for({"Command (no shell; quotes keep words together)", ""},
                       [](Draft &draft, const std::string &answer) -> Result<> {
                           INTACT_TRY_ASSIGN(draft.command, split_words(answer));
                           return draft.command.empty()
                                      ? fail(ErrorCode::usage, "such as pg_dump -Fc shop")
                                      : Result<>();
                       });
    }

    Result<> ask_for_paths() {
        bool is_last = false;
        while (!is_last) {
            const bool is_first = draft_.sources.empty();
            INTACT_TRY(ask_for({is_first ? "Path" : "Another path (none: enter)", ""},
                               [&](Draft &draft, const auto &answer) {
                                   is_last = answer.empty() && !is_first;
                                   if (!is_last) {
                                       draft.sources.push_back(answer);
                                   }
                                   return Result<>();
                               }));
        }
        return {};
    }

    const config::Configuration configuration_;
    os::Sys &sys_;
    const bool needs_schedule_;
    const DraftPlace place_;
    Draft draft_;
    std::string destination_; ///< in effect
};

/// What comes next, with commands to copy.
std::string next_steps(const std::string &path, const std::string &name) {
    return fmt::format("{}\n\n"
                       "  intact doctor {:<16} what a run will need\n"
                       "  systemctl reload intactd       from then on the daemon has it\n"
                       "  intact run {:<19} a first backup now\n",
                       one_line(path), name, name);
}

} // namespace

int init(const Session &session, const InitArguments &arguments) {
    Init init(session, arguments);
    if (const auto gathered = init.gather(); !gathered) {
        return print_error(gathered.error());
    }
    if (arguments.to == InitArguments::To::standard_output) {
        print(init.text());
        return 0;
    }
    const auto path = init.write();
    if (!path) {
        return print_error(path.error());
    }
    print(next_steps(*path, init.name()));
    return 0;
}

} // namespace intact::cli
