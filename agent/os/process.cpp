#include "os/process.hpp"

#include "os/file.hpp"
#include "os/signal_name.hpp"
#include "os/wipe.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace intact::os {
namespace {

constexpr int kOneProcess = 1; // IOPRIO_WHO_PROCESS, which no header has
constexpr int kAboveHandedFds = 64;
constexpr int kPipeBytes = 1 << 20; // fewer switches between the command and us

struct Pipe {
    UniqueFd reader;
    UniqueFd writer;
};

Result<Pipe> make_pipe() {
    std::array<int, 2> fds{};
    if (pipe2(fds.data(), O_CLOEXEC) != 0) {
        return fail_errno(errno, "make a pipe");
    }
    return Pipe{UniqueFd(fds[0]), UniqueFd(fds[1])};
}

// Out of the way of the numbers that the new process's descriptors take.
Result<> move_up(UniqueFd &fd) {
    const int moved = fcntl(fd.get(), F_DUPFD_CLOEXEC, kAboveHandedFds);
    if (moved < 0) {
        return fail_errno(errno, "hand a descriptor to a new process");
    }
    fd.reset(moved);
    return {};
}

std::vector<char *> pointers(std::vector<std::string> &texts) {
    std::vector<char *> list;
    for (std::string &text : texts) {
        list.push_back(text.data());
    }
    list.push_back(nullptr);
    return list;
}

struct ChildPlan {
    const char *program;
    char *const *argv;
    char *const *environment;
    const char *working_directory;
    int stdin_fd;
    int stdout_fd;
    int stderr_fd;
    int report_fd;
    pid_t parent;
    const std::vector<int> &more_fds; ///< out of the way of the numbers that they take
    const Spawn &spawn;
};

/// What the child tells when it cannot become the program.
struct Trouble {
    int err = 0;
    bool at_directory = false;
};

// Between fork and exec of a process with threads: async-signal-safe calls only (signal-safety(7)).
[[noreturn]] void become(const ChildPlan &plan) {
    if (plan.spawn.group == Spawn::Group::its_own) {
        setpgid(0, 0);
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct sigaction standard{};
    standard.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number) {
        sigaction(number, &standard, nullptr);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    Trouble trouble;
    const bool connected = getppid() == plan.parent && dup2(plan.stdin_fd, STDIN_FILENO) >= 0 &&
                           dup2(plan.stdout_fd, STDOUT_FILENO) >= 0 &&
                           dup2(plan.stderr_fd, STDERR_FILENO) >= 0;
    // Whoever started us may have left descriptors open; a backup's source has no business there.
    close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    bool handed_over = connected;
    int number = STDERR_FILENO;
    for (const int fd : plan.more_fds) {
        handed_over = handed_over && dup3(fd, ++number, 0) >= 0;
    }
    if (plan.spawn.capabilities == Spawn::Capabilities::dropped) {
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    }
    // That it cannot step back is no reason not to run.
    [[maybe_unused]] const int level = plan.spawn.nice == 0 ? 0 : nice(plan.spawn.nice);
    if (plan.spawn.io_priority) {
        syscall(SYS_ioprio_set, kOneProcess, 0, *plan.spawn.io_priority);
    }
    if (handed_over && chdir(plan.working_directory) == 0) {
        execve(plan.program, plan.argv, plan.environment);
    } else {
        trouble.at_directory = handed_over;
    }
    trouble.err = errno;
    [[maybe_unused]] const ssize_t told = write(plan.report_fd, &trouble, sizeof trouble);
    _exit(127);
}

Error not_started(const Trouble &trouble, const Spawn &spawn) {
    const std::string start = "start " + quoted_path(spawn.argv.front());
    if (trouble.at_directory) {
        return Error::from_errno(trouble.err,
                                 fmt::format("{}: enter its working directory {}", start,
                                             quoted_path(spawn.working_directory)));
    }
    Error error = Error::from_errno(trouble.err, start);
    return trouble.err == ENOENT ? std::move(error).with_code(ErrorCode::program_missing) : error;
}

} // namespace

std::string ExitStatus::describe() const {
    if (signal != 0) {
        return "was killed by " + signal_name(signal);
    }
    return fmt::format("exited with status {}", code);
}

std::map<std::string, std::string> own_environment() {
    std::map<std::string, std::string> environment;
    for (char **variable = environ; *variable != nullptr; ++variable) {
        const std::string_view text = *variable;
        if (const std::size_t equals = text.find('='); equals != std::string_view::npos) {
            environment.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    return environment;
}

std::map<std::string, std::string> clean_environment() {
    const auto inherited = [](const char *name, std::string_view fallback) {
        const char *value = std::getenv(name);
        return std::string(value != nullptr ? value : fallback);
    };
    return {{"PATH", inherited("PATH", kDefaultPath)},
            {"HOME", inherited("HOME", "/")},
            {"LANG", inherited("LANG", "C.UTF-8")},
            {"USER", inherited("USER", "root")}};
}

std::string find_program(const std::string &name, std::string_view path) {
    if (name.find('/') != std::string::npos) {
        return name;
    }
    while (!path.empty()) {
        const std::size_t end = std::min(path.find(':'), path.size());
        std::string candidate = fmt::format("{}/{}", path.substr(0, end), name);
        struct stat status{};
        if (access(candidate.c_str(), X_OK) == 0 && stat(candidate.c_str(), &status) == 0 &&
            !S_ISDIR(status.st_mode)) {
            return candidate;
        }
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return "";
}

bool has_terminal() {
    return UniqueFd(open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)).get() >= 0;
}

Process::Process(pid_t pid, Spawn::Group group, UniqueFd pidfd, UniqueFd out, UniqueFd err)
    : pid_(pid), group_(group), pidfd_(std::move(pidfd)), stdout_(std::move(out)),
      stderr_(std::move(err)) {}

Process::Process(Process &&other) noexcept
    : pid_(std::exchange(other.pid_, -1)), group_(other.group_), pidfd_(std::move(other.pidfd_)),
      stdout_(std::move(other.stdout_)), stderr_(std::move(other.stderr_)) {}

Process::~Process() {
    if (pid_ > 0) {
        end(std::chrono::milliseconds(0));
    }
}

Result<Process> Process::start(const Spawn &spawn) {
    // Before the fork: the child may only make async-signal-safe calls.
    const auto path = spawn.environment.find("PATH");
    const std::string program = find_program(
        spawn.argv.front(), path != spawn.environment.end() ? path->second : kDefaultPath);
    if (program.empty()) {
        return fail(not_started({ENOENT}, spawn));
    }
    std::vector<std::string> arguments = spawn.argv;
    std::vector<std::string> variables;
    variables.reserve(spawn.environment.size());
    const WipedAtEnd wiped(variables);
    for (const auto &[name, value] : spawn.environment) {
        std::string &variable = variables.emplace_back();
        variable.reserve(name.size() + 1 + value.size()); // growing would leave copies behind
        variable.append(name).append("=").append(value);
    }
    const auto argv = pointers(arguments);
    const auto environment = pointers(variables);
    const UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
    const bool is_merged = spawn.output == Spawn::Output::merged;
    const bool to_us = is_merged || spawn.output == Spawn::Output::to_us;
    INTACT_TRY_ASSIGN(Pipe out, make_pipe());
    INTACT_TRY_ASSIGN(Pipe err, make_pipe());
    INTACT_TRY_ASSIGN(Pipe report, make_pipe());
    INTACT_TRY(move_up(report.writer));
    std::vector<UniqueFd> handed;
    std::vector<int> numbers;
    for (const int fd : spawn.more_fds) {
        UniqueFd copy(dup(fd));
        INTACT_TRY(move_up(copy));
        numbers.push_back(copy.get());
        handed.push_back(std::move(copy));
    }
    fcntl(out.reader.get(), F_SETPIPE_SZ, kPipeBytes);
    const ChildPlan plan{program.c_str(),
                         argv.data(),
                         environment.data(),
                         spawn.working_directory.c_str(),
                         spawn.stdin_fd >= 0 ? spawn.stdin_fd : null.get(),
                         is_merged ? err.writer.get()
                         : to_us   ? out.writer.get()
                                   : STDOUT_FILENO,
                         to_us ? err.writer.get() : STDERR_FILENO,
                         report.writer.get(),
                         getpid(),
                         numbers,
                         spawn};
    const pid_t pid = fork();
    if (pid < 0) {
        return fail_errno(errno, "start " + quoted_path(spawn.argv.front()));
    }
    if (pid == 0) {
        become(plan);
    }
    if (spawn.group == Spawn::Group::its_own) {
        setpgid(pid, pid); // both sides: whoever comes first, the group exists
    }
    report.writer.reset();
    Process process(pid, spawn.group, UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))),
                    std::move(out.reader), std::move(err.reader));
    Trouble trouble;
    // The report pipe closes on a successful exec.
    const auto told = read_some(kernel(), report.reader.get(),
                                std::as_writable_bytes(std::span(&trouble, 1)), "the new process");
    if (told && *told == sizeof trouble) {
        process.reap();
        return fail(not_started(trouble, spawn));
    }
    return process;
}

void Process::send(int signal) const {
    kill(group_ == Spawn::Group::its_own ? -pid_ : pid_, signal);
}

ExitStatus Process::reap() {
    // The group is killed while its leader is a zombie: until it is reaped its number names no
    // other group.
    siginfo_t info{};
    while (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) != 0 &&
           errno == EINTR) {
    }
    if (group_ == Spawn::Group::its_own) {
        kill(-pid_, SIGKILL);
    }
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    ExitStatus exit;
    if (WIFSIGNALED(status)) {
        exit.signal = WTERMSIG(status);
    } else {
        exit.code = WEXITSTATUS(status);
    }
    return exit;
}

std::optional<ExitStatus> Process::wait(const StopFd &stop) {
    if (wait_for(pidfd_.get(), POLLIN, stop) == Wait::stopped) {
        return std::nullopt;
    }
    return reap();
}

ExitStatus Process::end(std::chrono::milliseconds grace) {
    if (grace.count() > 0) {
        send(SIGTERM);
        pollfd ended{pidfd_.get(), POLLIN, 0};
        while (poll(&ended, 1, static_cast<int>(grace.count())) < 0 && errno == EINTR) {
        }
    }
    send(SIGKILL);
    return reap();
}

} // namespace intact::os
