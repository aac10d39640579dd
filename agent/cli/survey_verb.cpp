#include "base/quantity.hpp"
#include "catalog/catalog.hpp"
#include "cli/choose_jobs.hpp"
#include "cli/format.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "engine/survey.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace intact::cli {
namespace {

constexpr std::chrono::seconds kPatience{30};

std::string as_text(const config::Job &job, const engine::Survey &survey) {
    if (survey.trouble) {
        return fmt::format("{}: not reachable: {}\n", job.name, survey.trouble->message());
    }
    return fmt::format("{}: {}, {}; {} of {} free\n", job.name,
                       format_count(survey.facts.backups, "backup", "backups"),
                       format_size(survey.facts.backup_bytes), format_size(survey.facts.free_bytes),
                       format_size(survey.facts.size_bytes));
}

Result<> look(const Session &session, const config::Configuration &configuration, Voice voice) {
    const engine::Context context = session.context();
    INTACT_TRY_ASSIGN(const auto catalog, catalog::Catalog::open(context.state_dir));
    std::vector<engine::SurveyOrder> orders;
    for (const config::LoadedJob &loaded : configuration.jobs) {
        INTACT_TRY_ASSIGN(const auto last, catalog->last_backup(loaded.job.name));
        orders.push_back({loaded.job, engine::last_mount_of(last, loaded.job)});
    }
    const auto surveys = engine::survey_all(context, orders, kPatience);
    std::vector<catalog::DestinationLook> looks;
    for (std::size_t i = 0; i < orders.size(); ++i) {
        const config::Job &job = orders[i].job;
        // What the job's own hook mounts is not there between runs.
        if (surveys[i].facts.is_reachable || job.hooks.before.empty()) {
            looks.push_back({job.name, surveys[i].facts, surveys[i].archives});
        }
        if (voice == Voice::normal) {
            print(as_text(job, surveys[i]));
        }
    }
    return catalog->note_destinations(looks);
}

} // namespace

int survey(const Session &session, const SurveyArguments &arguments) {
    const config::Configuration configuration = config::load(session.places());
    int exit_code = 0;
    if (arguments.voice == Voice::normal) {
        exit_code = show_common_errors(configuration);
        warn_about_broken(configuration);
    }
    if (const auto looked = look(session, configuration, arguments.voice); !looked) {
        exit_code = print_error(looked.error());
    }
    // A thread that looks at a mount which does not answer would be waited for.
    _exit(exit_code);
}

} // namespace intact::cli
