#include "base/quantity.hpp"
#include "cli/choose_jobs.hpp"
#include "cli/diagnosis_text.hpp"
#include "cli/json_lines.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "engine/diagnosis.hpp"

#include <nlohmann/json.hpp>
#include <unistd.h>

namespace intact::cli {
namespace {

class Doctor {
public:
    Doctor(const Session &session, Form form) : context_(session.context()), form_(form) {}

    void look_at(const config::Job &job) {
        tell(job.name, job.destination.path, engine::diagnose(context_, job));
    }
    void look_at(const std::string &directory) {
        tell("", directory, engine::diagnose(context_, directory));
    }
    int exit_code() const { return exit_code_; }

private:
    void tell(const std::string &job, const std::string &path,
              const Result<engine::Diagnosis> &diagnosis) {
        if (!diagnosis) {
            exit_code_ = print_error(Error(diagnosis.error())
                                         .within((job.empty() ? "" : "job '" + job + "': ") +
                                                 "look at " + os::quoted(path)));
            return;
        }
        if (form_ == Form::json) {
            JsonLines(STDOUT_FILENO).write(diagnosis_json(job, *diagnosis));
        } else {
            print(diagnosis_text(job, *diagnosis));
        }
    }

    const engine::Context context_;
    const Form form_;
    int exit_code_ = 0;
};

} // namespace

int doctor(const Session &session, const DoctorArguments &arguments) {
    const config::Configuration configuration = config::load(session.places());
    Doctor doctor(session, arguments.form);
    int exit_code = 0;
    for (const std::string &word : arguments.words) {
        if (word.find('/') != std::string::npos) {
            doctor.look_at(word);
            continue;
        }
        const auto job = choose_job(configuration, word);
        if (!job) {
            return print_error(job.error());
        }
        doctor.look_at(**job);
    }
    if (arguments.words.empty()) {
        exit_code = show_common_errors(configuration);
        warn_about_broken(configuration);
        for (const config::LoadedJob &loaded : configuration.jobs) {
            doctor.look_at(loaded.job);
        }
    }
    return exit_code != 0 ? exit_code : doctor.exit_code();
}

} // namespace intact::cli
