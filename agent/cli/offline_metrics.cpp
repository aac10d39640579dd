#include "cli/offline_metrics.hpp"

#include "base/log.hpp"
#include "metrics/offline.hpp"
#include "metrics/textfile.hpp"
#include "os/lock_file.hpp"

namespace intact::cli {
namespace {

// Then it writes the file itself, and knows more.
bool is_daemon_there(const std::string &state_dir) {
    const auto directory = os::Directory::open(state_dir + "/locks");
    return directory && os::LockFile::is_held(*directory, engine::kDaemonLock).value_or(false);
}

} // namespace

Result<std::string> offline_metrics(const Session &session,
                                    const config::Configuration &configuration) {
    const engine::Context context = session.context();
    return metrics::offline_text(configuration, context.state_dir, context.host,
                                 context.clock->now(), metrics::Dialect::text);
}

void write_textfile(const Session &session, const config::Configuration &configuration) {
    const std::string &path = configuration.metrics.textfile;
    if (path.empty() || is_daemon_there(session.places().state_dir)) {
        return;
    }
    const auto written =
        offline_metrics(session, configuration).and_then([&](const std::string &text) {
            return metrics::write_textfile(path, text);
        });
    if (!written) {
        log::warning(written.error().message());
    }
}

} // namespace intact::cli
