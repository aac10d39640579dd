#include "cli/choose_jobs.hpp"
#include "cli/format.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "engine/rebuild.hpp"

#include <fmt/format.h>
#include <set>

namespace intact::cli {

int rebuild_catalog(const Session &session) {
    const config::Configuration configuration = config::load(session.places());
    int exit_code = show_common_errors(configuration);
    warn_about_broken(configuration);
    std::set<std::string> destinations;
    for (const config::LoadedJob &loaded : configuration.jobs) {
        destinations.insert(loaded.job.destination.path);
    }
    const auto report = engine::rebuild_catalog(
        session.context(), std::vector<std::string>(destinations.begin(), destinations.end()));
    if (!report) {
        return print_error(report.error());
    }
    if (!report->set_aside.empty()) {
        print(fmt::format("the damaged catalog is now {}\n", os::quoted_path(report->set_aside)));
    }
    print(fmt::format("{} at {}: {} added to the catalog, {} known before\n",
                      format_count(report->backups, "backup", "backups"),
                      format_count(destinations.size(), "destination", "destinations"),
                      format_count(report->added), format_count(report->backups - report->added)));
    for (const Error &problem : report->problems) {
        exit_code = print_error(problem);
    }
    return exit_code;
}

} // namespace intact::cli
