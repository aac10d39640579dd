// A child process, as a rule in a group of its own, without a shell. Knows no backup.
#pragma once

#include "base/error.hpp"
#include "os/stop_fd.hpp"
#include "os/unique_fd.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace intact::os {

struct ExitStatus {
    int code = 0;   ///< when it exited by itself
    int signal = 0; ///< when it was killed; 0: it was not
    bool success() const { return code == 0 && signal == 0; }
    /// "exited with status 3", "was killed by SIGKILL".
    std::string describe() const;
};

struct Spawn {
    std::vector<std::string> argv;
    std::map<std::string, std::string> environment; ///< the whole of it
    std::string working_directory = "/";
    int stdin_fd = -1; ///< borrowed; -1: /dev/null
    /// Where stdout and stderr go; `merged`: both to us by stderr_fd(), in the order of writing.
    enum class Output { to_us, merged, as_ours } output = Output::to_us;
    /// In our own group it may use the terminal as we may and gets its signals (Ctrl-C, Ctrl-Z),
    /// but what it has started is not ended with it.
    enum class Group { its_own, ours } group = Group::its_own;
    std::vector<int> more_fds{};      ///< borrowed; descriptors 3, 4 and so on of the new process
    int nice = 0;                     ///< added to ours
    std::optional<int> io_priority{}; ///< ioprio_set(2): class << 13 | level; none: ours
    /// Ambient ones, which a service gives its own programs to read what its user may not; whoever
    /// else's program this is has no business with them (capabilities(7)).
    enum class Capabilities { inherited, dropped } capabilities = Capabilities::inherited;
};

/// Whether this process belongs to a terminal (/dev/tty), wherever its streams go.
bool has_terminal();

/// What a service of systemd has unless it says otherwise; systemd.exec(5), PATH.
inline constexpr std::string_view kDefaultPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// The program of that name that this user may execute: the first in `path`, a list with ':'. One
/// with a '/' is itself, whether it is there or not. Empty: there is none.
std::string find_program(const std::string &name, std::string_view path);

/// The environment of this process.
std::map<std::string, std::string> own_environment();
/// PATH, HOME, LANG and USER of this process, with fallbacks: what a command may expect to find.
std::map<std::string, std::string> clean_environment();

/// Started. Dies with the thread that started it
/// (PR_SET_PDEATHSIG), so that thread must stay until it has ended. Destruction kills the whole
/// group, or the process alone when it is in ours.
class Process {
public:
    /// Errors: program_missing, permission_denied, io: the program did not start, or its working
    /// directory cannot be entered.
    static Result<Process> start(const Spawn &spawn);
    Process(Process &&other) noexcept;
    Process &operator=(Process &&) = delete;
    ~Process();

    /// Pipes to us, unless its output goes where ours does.
    int stdout_fd() const { return stdout_.get(); }
    int stderr_fd() const { return stderr_.get(); }
    /// Readable once the leader has ended.
    int pidfd() const { return pidfd_.get(); }

    /// Waits for the leader, then ends what is left of its group. Nothing when stopped before.
    std::optional<ExitStatus> wait(const StopFd &stop);
    /// SIGTERM to the group, SIGKILL after `grace`; returns when the leader is gone.
    ExitStatus end(std::chrono::milliseconds grace);
    pid_t pid() const { return pid_; }
    /// To the whole group, or to the process alone when it is in ours.
    void send(int signal) const;

private:
    Process(pid_t pid, Spawn::Group group, UniqueFd pidfd, UniqueFd out, UniqueFd err);
    ExitStatus reap();

    pid_t pid_ = -1; ///< -1: reaped
    Spawn::Group group_;
    UniqueFd pidfd_;
    UniqueFd stdout_;
    UniqueFd stderr_;
};

} // namespace intact::os
