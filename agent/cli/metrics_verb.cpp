#include "cli/offline_metrics.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"

namespace intact::cli {

int show_metrics(const Session &session) {
    const config::Configuration configuration = config::load(session.places());
    const auto text = offline_metrics(session, configuration);
    if (!text) {
        return print_error(text.error());
    }
    print(*text);
    return 0;
}

} // namespace intact::cli
