#include "daemon/run_process.hpp"

#include "catalog/run_record.hpp"
#include "daemon/clocks.hpp"
#include "os/file.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

namespace intact::daemon {
namespace {

using std::chrono::microseconds;

// The run keeps its limits itself, and tells more of it; this is for one that hangs in the kernel.
constexpr microseconds kAfterItsOwn = std::chrono::seconds(60);
constexpr microseconds kGrace = std::chrono::seconds(30); ///< between SIGTERM and SIGKILL
constexpr int kReportNumber = 3;
constexpr int kConfigNumber = 4;
constexpr int kBestEffort = 2; // IOPRIO_CLASS_*, which no header has
constexpr int kIdle = 3;

Result<os::UniqueFd> in_memory(const std::string &text) {
    os::UniqueFd fd(memfd_create("intact-job", MFD_CLOEXEC));
    if (fd.get() < 0) {
        return fail_errno(errno, "make a file in memory");
    }
    os::File file(os::kernel(), fcntl(fd.get(), F_DUPFD_CLOEXEC, 0), "a file in memory");
    INTACT_TRY(file.write_all(std::string_view(text)));
    lseek(fd.get(), 0, SEEK_SET);
    return fd;
}

std::optional<int> io_priority_of(const config::Priority &priority) {
    switch (priority.io_class) {
    case config::IoClass::best_effort:
        return kBestEffort << 13 | priority.io_priority;
    case config::IoClass::idle:
        return kIdle << 13;
    case config::IoClass::as_daemon:
        break;
    }
    return std::nullopt;
}

RunResult failure(ErrorCode code, std::string message, std::string hint = "") {
    RunResult result;
    result.code = name_of(code);
    result.message = std::move(message);
    result.hint = hint.empty() ? std::string(default_hint_of(code)) : std::move(hint);
    return result;
}

int exit_code_for(const RunResult &result) {
    if (!result.held_back.empty()) {
        return catalog::kExitHeldBack;
    }
    switch (result.outcome) {
    case Outcome::success:
        return 0;
    case Outcome::warning:
        return catalog::kExitPartial;
    case Outcome::cancelled:
        return exit_code_of(ErrorCode::cancelled);
    default:
        return error_code_named(result.code) ? exit_code_of(*error_code_named(result.code)) : 1;
    }
}

} // namespace

std::map<std::string, std::string> environment_of_runs() {
    std::map<std::string, std::string> variables = os::clean_environment();
    for (const char *name :
         {"INTACT_CONFIG_DIR", "INTACT_STATE_DIR", "STATE_DIRECTORY", "CREDENTIALS_DIRECTORY", "TZ",
          "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"}) {
        if (const char *value = std::getenv(name)) {
            // A run starts in another directory than we did.
            variables[name] = std::string_view(name).ends_with("_DIR") && *value != '\0'
                                  ? std::filesystem::absolute(value).string()
                                  : value;
        }
    }
    return variables;
}

os::Spawn spawn_of(const Program &program, const std::vector<std::string> &words) {
    os::Spawn spawn;
    spawn.argv = {program.path};
    spawn.argv.insert(spawn.argv.end(), program.options.begin(), program.options.end());
    spawn.argv.insert(spawn.argv.end(), words.begin(), words.end());
    spawn.environment = environment_of_runs();
    spawn.output = os::Spawn::Output::as_ours;
    return spawn;
}

RunResult judge(const Report &report, const os::ExitStatus &status,
                const std::string &stopped_for) {
    RunResult broken;
    if (!stopped_for.empty() && status.signal != 0) {
        broken = failure(ErrorCode::timed_out,
                         fmt::format("{} has passed and the run did not stop by itself: it {}",
                                     stopped_for, status.describe()),
                         "it hangs in the kernel, as on a mount whose server is gone: see "
                         "'journalctl -k'");
    } else if (report.flaw()) {
        broken = failure(ErrorCode::internal,
                         fmt::format("the run's process cannot be believed: {}", *report.flaw()));
    } else if (status.signal == SIGKILL) {
        broken = failure(ErrorCode::out_of_resources,
                         fmt::format("the run's process {}", status.describe()),
                         "somebody killed it, or the host is out of memory: see 'journalctl -k'");
    } else if (status.signal != 0) {
        broken =
            failure(ErrorCode::internal, fmt::format("the run's process {}", status.describe()));
    } else if (!report.result()) {
        broken = failure(ErrorCode::internal,
                         fmt::format("the run's process {} without telling how the run ended",
                                     status.describe()));
    } else if (status.code != exit_code_for(*report.result())) {
        broken = failure(ErrorCode::internal,
                         fmt::format("the run's process {} after it had told: {}",
                                     status.describe(), name_of(report.result()->outcome)));
    } else {
        return *report.result();
    }
    broken.bytes_read = report.progress().bytes_read;
    broken.bytes_written = report.progress().bytes_written;
    broken.entries = report.progress().entries;
    return broken;
}

RunProcess::RunProcess(os::Process process, os::UniqueFd report, RunOrder order, Watcher watcher)
    : process_(std::move(process)), report_fd_(std::move(report)), order_(std::move(order)),
      watcher_(std::move(watcher)) {}

RunProcess::~RunProcess() = default;

Result<std::unique_ptr<RunProcess>> RunProcess::start(systemd::EventLoop &loop,
                                                      const Program &program, const RunOrder &order,
                                                      Watcher watcher) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        return fail_errno(errno, "make a pipe");
    }
    os::UniqueFd reader(ends[0]);
    const os::UniqueFd writer(ends[1]);
    fcntl(reader.get(), F_SETFL, O_NONBLOCK);
    INTACT_TRY_ASSIGN(const os::UniqueFd snapshot,
                      in_memory(config::snapshot_json(order.snapshot)));
    os::Spawn spawn = spawn_of(program, {"run", "--report-fd=" + std::to_string(kReportNumber),
                                         "--config-fd=" + std::to_string(kConfigNumber),
                                         "--run-id=" + order.run_id, order.job});
    if (order.checks_conditions) {
        spawn.argv.emplace_back("--check-conditions");
    }
    spawn.more_fds = {writer.get(), snapshot.get()};
    spawn.nice = order.priority.nice;
    spawn.io_priority = io_priority_of(order.priority);
    INTACT_TRY_ASSIGN(os::Process process, os::Process::start(spawn));
    std::unique_ptr<RunProcess> run(
        new RunProcess(std::move(process), std::move(reader), order, std::move(watcher)));
    INTACT_TRY(run->attend(loop));
    return run;
}

Result<> RunProcess::attend(systemd::EventLoop &loop) {
    using systemd::TimerClock;
    INTACT_TRY_ASSIGN(on_report_, loop.on_readable(report_fd_.get(), [this] { read_report(); }));
    INTACT_TRY_ASSIGN(on_exit_, loop.on_readable(process_.pidfd(), [this] { end(); }));
    INTACT_TRY_ASSIGN(deadline_, loop.timer(TimerClock::boot, [this] { overdue("run.timeout="); }));
    INTACT_TRY_ASSIGN(stall_,
                      loop.timer(TimerClock::boot, [this] { overdue("run.stall_timeout="); }));
    INTACT_TRY_ASSIGN(kill_, loop.timer(TimerClock::boot, [this] { process_.send(SIGKILL); }));
    if (order_.limits.timeout) {
        deadline_.set(boot_time() + *order_.limits.timeout + order_.limits.hooks + kAfterItsOwn);
    }
    watch_limits();
    return {};
}

void RunProcess::watch_limits() {
    if (order_.limits.stall_timeout) {
        stall_.set(boot_time() + *order_.limits.stall_timeout + order_.limits.hooks + kAfterItsOwn);
    }
}

void RunProcess::read_report() {
    std::array<char, 65536> bytes{};
    const ssize_t count = read(report_fd_.get(), bytes.data(), bytes.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (count <= 0) {
        on_report_ = {}; // its end comes by the pidfd
        return;
    }
    report_.take({bytes.data(), static_cast<std::size_t>(count)});
    if (report_.flaw()) {
        stop(); // whatever it is, it is no run of ours
    }
    rate_.add(system_clock().steady(), report_.progress().bytes_read);
    if (report_.progress() != moved_) {
        moved_ = report_.progress();
        watch_limits();
    }
    watcher_.on_progress();
}

void RunProcess::overdue(const std::string &limit) {
    stopped_for_ = limit;
    stop();
}

void RunProcess::stop() {
    if (!is_stopping_) {
        is_stopping_ = true;
        process_.send(SIGTERM);
        kill_.set(boot_time() + kGrace);
    }
}

void RunProcess::end() {
    // What it wrote before it ended may still lie in the pipe.
    std::array<char, 65536> bytes{};
    for (ssize_t count = 0; (count = read(report_fd_.get(), bytes.data(), bytes.size())) > 0;) {
        report_.take({bytes.data(), static_cast<std::size_t>(count)});
    }
    on_report_ = {};
    on_exit_ = {};
    const os::StopFd never{std::stop_token()};
    const auto status = process_.wait(never);
    const auto on_end = watcher_.on_end;
    on_end(judge(report_, status.value_or(os::ExitStatus{}), stopped_for_));
}

} // namespace intact::daemon
