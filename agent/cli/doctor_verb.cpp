#include "checkup/checkup.hpp"
#include "cli/checkup_text.hpp"
#include "cli/choose_jobs.hpp"
#include "cli/json_lines.hpp"
#include "cli/verbs.hpp"
#include "os/clock_sync.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace intact::cli {
namespace {

class Doctor {
public:
    Doctor(const Session &session, const config::Configuration &configuration, Form form)
        : host_{session.context(), session.has_usual_places(),
                session.has_usual_places() ? checkup::ask_for_unit() : std::nullopt,
                os::is_clock_synchronized},
          configuration_(configuration), form_(form) {}

    void look_at_directory(const std::string &path) {
        tell(checkup::examine_directory(host_, path));
    }
    void look_at(const config::Job &job) { tell(checkup::examine(host_, configuration_, job)); }
    void look_at(const config::BrokenJob &job) { tell(checkup::examine(configuration_, job)); }
    /// False: there is no such job, as was told.
    bool look_at_named(const std::string &name) {
        const auto broken =
            std::find_if(configuration_.broken.begin(), configuration_.broken.end(),
                         [&](const config::BrokenJob &one) { return one.name == name; });
        if (broken != configuration_.broken.end()) {
            look_at(*broken);
            return true;
        }
        const auto job = choose_job(configuration_, name);
        if (!job) {
            exit_code_ = print_error(job.error());
            return false;
        }
        look_at(**job);
        return true;
    }
    int exit_code() const { return exit_code_; }

private:
    void tell(const checkup::Report &report) {
        if (form_ == Form::json) {
            JsonLines(STDOUT_FILENO).write(checkup_json(report));
        } else {
            print(checkup_text(report, STDOUT_FILENO));
        }
        exit_code_ = exit_code_ == 0 ? report.exit_code() : exit_code_;
    }

    const checkup::Host host_;
    const config::Configuration &configuration_;
    const Form form_;
    int exit_code_ = 0;
};

} // namespace

int doctor(const Session &session, const DoctorArguments &arguments) {
    const config::Configuration configuration = config::load(session.places());
    Doctor doctor(session, configuration, arguments.form);
    for (const std::string &word : arguments.words) {
        if (word.find('/') != std::string::npos) {
            doctor.look_at_directory(word);
        } else if (!doctor.look_at_named(word)) {
            break;
        }
    }
    int exit_code = 0;
    if (arguments.words.empty()) {
        exit_code = show_common_errors(configuration);
        for (const config::BrokenJob &broken : configuration.broken) {
            doctor.look_at(broken);
        }
        for (const config::LoadedJob &loaded : configuration.jobs) {
            doctor.look_at(loaded.job);
        }
        if (configuration.jobs.empty() && configuration.broken.empty()) {
            print_warning("no job is configured: 'intact init' writes one");
        }
    }
    return exit_code != 0 ? exit_code : doctor.exit_code();
}

} // namespace intact::cli
