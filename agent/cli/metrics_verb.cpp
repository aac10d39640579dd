#include "base/log.hpp"
#include "cli/choose_jobs.hpp"
#include "cli/terminal.hpp"
#include "cli/textfile.hpp"
#include "cli/verbs.hpp"
#include "metrics/offline.hpp"
#include "metrics/textfile.hpp"
#include "os/lock_file.hpp"

namespace intact::cli {
namespace {

Result<std::string> text_of(const Session &session, const config::Configuration &configuration) {
    const engine::Context context = session.context();
    return metrics::offline_text(configuration, context.state_dir, context.host,
                                 context.clock->now(), metrics::Dialect::text);
}

// Then it writes the file itself, and knows more.
bool is_daemon_there(const std::string &state_dir) {
    const auto directory = os::Directory::open(state_dir + "/locks");
    return directory && os::LockFile::is_held(*directory, engine::kDaemonLock).value_or(false);
}

} // namespace

int show_metrics(const Session &session) {
    const config::Configuration configuration = config::load(session.places());
    const auto text = text_of(session, configuration);
    if (!text) {
        return print_error(text.error());
    }
    print(*text);
    return 0;
}

void write_textfile(const Session &session, const config::Configuration &configuration) {
    const std::string &path = configuration.metrics.textfile;
    if (path.empty() || is_daemon_there(session.places().state_dir)) {
        return;
    }
    const auto written = text_of(session, configuration).and_then([&](const std::string &text) {
        return metrics::write_textfile(path, text);
    });
    if (!written) {
        log::warning(written.error().message());
    }
}

} // namespace intact::cli
