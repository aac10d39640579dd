#include "base/run_id.hpp"
#include "cli/choose_jobs.hpp"
#include "cli/signals.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "engine/recover.hpp"

namespace intact::cli {
namespace {

class Recoverer {
public:
    Recoverer(const Session &session, destination::Settling settling, const std::stop_token &stop)
        : context_(session.context()), settling_(settling), stop_(stop) {}

    void settle(const config::Job &job, const std::optional<RunId> &dead = std::nullopt) {
        tell(job.destination.path, engine::recover_job(context_, job, dead, settling_, stop_));
    }
    void settle(const std::string &directory) {
        tell(directory, engine::recover_directory(context_, directory, settling_, stop_));
    }
    int exit_code() const { return exit_code_; }

private:
    void tell(const std::string &path, const Result<std::vector<std::string>> &lines) {
        if (!lines) {
            exit_code_ =
                print_error(Error(lines.error()).within("recover " + os::quoted_path(path)));
            return;
        }
        for (const std::string &line : *lines) {
            print((settling_ == destination::Settling::look ? "would settle: " : "") + line + "\n");
        }
        if (lines->empty()) {
            print(os::quoted_path(path) + ": nothing to recover\n");
        }
    }

    const engine::Context context_;
    const destination::Settling settling_;
    const std::stop_token &stop_;
    int exit_code_ = 0;
};

} // namespace

int recover(const Session &session, const RecoverArguments &arguments) {
    const StopSignals signals;
    const std::stop_token stop = signals.token();
    Recoverer recoverer(session, arguments.settling, stop);
    if (arguments.word.find('/') != std::string::npos) {
        recoverer.settle(arguments.word);
        return recoverer.exit_code();
    }
    const config::Configuration configuration = config::load(session.places());
    if (!arguments.word.empty()) {
        const auto job = choose_job(configuration, arguments.word);
        if (!job) {
            return print_error(job.error());
        }
        recoverer.settle(**job, RunId::parse(arguments.dead_run));
        return recoverer.exit_code();
    }
    const int exit_code = show_common_errors(configuration);
    warn_about_broken(configuration);
    for (const config::LoadedJob &loaded : configuration.jobs) {
        recoverer.settle(loaded.job);
    }
    return recoverer.exit_code() != 0 ? recoverer.exit_code() : exit_code;
}

} // namespace intact::cli
