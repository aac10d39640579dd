#include "base/caught.hpp"
#include "base/log.hpp"
#include "daemon/daemon.hpp"
#include "daemon/event_log.hpp"
#include "systemd/journal.hpp"
#include "systemd/notify.hpp"

#include <climits>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <getopt.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace intact::daemon {
namespace {

constexpr int kUsage = 2;
constexpr const char *kHelp =
    "intactd: takes the backups of its jobs at their times.\n"
    "\n"
    "Usage: intactd [OPTIONS]\n"
    "\n"
    "  --config-dir DIR   Holds intact.toml and jobs.d/ (INTACT_CONFIG_DIR; /etc/intact)\n"
    "  --state-dir DIR    Holds catalog and locks (INTACT_STATE_DIR; /var/lib/intact)\n"
    "  --session-bus      Be on the user's bus, not on that of the system\n"
    "  --no-bus           Be on none: 'intact status' and the like cannot ask then\n"
    "  -v, --verbose      Log what is done, step by step\n"
    "  --version          Print the version\n"
    "  -h, --help         Print this\n"
    "\n"
    "SIGHUP reads the configuration again, SIGUSR1 logs the state, SIGTERM and SIGINT stop it:\n"
    "runs may end within daemon.shutdown_grace=, a second signal stops them at once.\n";

struct CommandLine {
    Options options;
    log::Level level = log::Level::info;
    std::optional<int> exit_code; ///< nothing is left to be done
};

CommandLine parse(int argc, char **argv) {
    enum : int { config_dir = 256, state_dir, session_bus, no_bus, version };
    static constexpr option kOptions[] = {{"config-dir", required_argument, nullptr, config_dir},
                                          {"state-dir", required_argument, nullptr, state_dir},
                                          {"session-bus", no_argument, nullptr, session_bus},
                                          {"no-bus", no_argument, nullptr, no_bus},
                                          {"verbose", no_argument, nullptr, 'v'},
                                          {"version", no_argument, nullptr, version},
                                          {"help", no_argument, nullptr, 'h'},
                                          {nullptr, 0, nullptr, 0}};
    CommandLine line;
    line.options.bus = systemd::BusKind::system;
    for (int letter = 0; (letter = getopt_long(argc, argv, "vh", kOptions, nullptr)) != -1;) {
        switch (letter) {
        case config_dir:
            line.options.config_dir = std::filesystem::absolute(optarg);
            break;
        case state_dir:
            line.options.state_dir = std::filesystem::absolute(optarg);
            break;
        case session_bus:
            line.options.bus = systemd::BusKind::session;
            break;
        case no_bus:
            line.options.bus = std::nullopt;
            break;
        case 'v':
            line.level = log::Level::debug;
            break;
        case version:
            fmt::print("intactd {}\n", INTACT_VERSION);
            line.exit_code = 0;
            return line;
        case 'h':
            fmt::print("{}", kHelp);
            line.exit_code = 0;
            return line;
        default:
            fmt::print(stderr, "hint: see 'intactd --help'\n");
            line.exit_code = kUsage;
            return line;
        }
    }
    if (optind < argc) {
        fmt::print(stderr, "intactd: error: unexpected argument '{}'\nhint: see 'intactd --help'\n",
                   argv[optind]);
        line.exit_code = kUsage;
    }
    return line;
}

// The same version of it: beside us where we were built, in the other folder where installed.
Program find_program(const Options &options) {
    std::array<char, PATH_MAX> self{};
    const ssize_t length = readlink("/proc/self/exe", self.data(), self.size() - 1);
    const std::string path(self.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
    const std::string folder = path.substr(0, path.rfind('/'));
    Program program;
    program.path = folder + "/intact";
    if (access(program.path.c_str(), X_OK) != 0) {
        program.path = folder.substr(0, folder.rfind('/')) + "/bin/intact";
    }
    if (!options.config_dir.empty()) {
        program.options.push_back("--config-dir=" + options.config_dir);
    }
    if (!options.state_dir.empty()) {
        program.options.push_back("--state-dir=" + options.state_dir);
    }
    return program;
}

Result<int> serve(const Options &options) {
    INTACT_TRY_ASSIGN(const auto loop, systemd::EventLoop::make());
    Daemon daemon(*loop, options, find_program(options));
    INTACT_TRY(daemon.start());
    return loop->run();
}

int run(int argc, char **argv) {
    const CommandLine line = parse(argc, argv);
    if (line.exit_code) {
        return *line.exit_code;
    }
    log::start(line.level);
    if (systemd::is_stderr_journal()) {
        systemd::log_to_journal();
    }
    std::signal(SIGPIPE, SIG_IGN);
    const Result<int> served = serve(line.options);
    if (served) {
        return *served;
    }
    log_error(served.error());
    systemd::notify_failure(served.error().sys_errno(), served.error().message());
    return exit_code_of(served.error().code());
}

} // namespace
} // namespace intact::daemon

int main(int argc, char **argv) {
    try {
        return intact::daemon::run(argc, argv);
    } catch (...) {
        const intact::Error error = intact::caught("intactd cannot go on");
        intact::daemon::log_error(error);
        return intact::exit_code_of(error.code());
    }
}
