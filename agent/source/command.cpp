#include "source/command.hpp"

#include "base/caught.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "os/wipe.hpp"
#include "source/exit_judge.hpp"
#include "source/secrets.hpp"
#include "source/stderr_lines.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <thread>

namespace intact::source {
namespace {

using Steady = std::chrono::steady_clock;

constexpr auto kTermGrace = std::chrono::seconds(10);
// What a child left in the background may still write after its leader has ended.
constexpr auto kDrainGrace = std::chrono::seconds(5);

// Empties stderr on a thread of its own: a command that waits for room there would never end.
class StderrReader {
public:
    StderrReader(int fd, StderrLines &lines)
        : thread_([this, fd, &lines](const std::stop_token &stop) { read_all(fd, lines, stop); }) {}

    /// After the command has ended: what is still in the pipe is taken, whoever holds it open.
    Result<> finish() {
        thread_.request_stop();
        thread_.join();
        return failure_ ? fail(*std::move(failure_)) : Result<>{};
    }

private:
    void read_all(int fd, StderrLines &lines, const std::stop_token &stop) {
        fcntl(fd, F_SETFL, O_NONBLOCK);
        const os::StopFd stop_fd(stop);
        std::array<char, 8192> buffer{};
        bool last_round = false;
        for (;;) {
            const ssize_t count = read(fd, buffer.data(), buffer.size());
            if (count > 0) {
                keep([&] { lines.take({buffer.data(), static_cast<std::size_t>(count)}); });
            } else if (count == 0 || (errno != EAGAIN && errno != EINTR) || last_round) {
                break;
            } else {
                last_round = os::wait_for(fd, POLLIN, stop_fd) == os::Wait::stopped;
            }
        }
        keep([&] { lines.finish(); });
    }
    // Without memory for the lines the run fails, but the pipe is still emptied until then.
    template <typename Action>
    void keep(const Action &action) {
        if (failure_) {
            return;
        }
        try {
            action();
        } catch (...) {
            failure_ = caught("keep what the command says");
        }
    }

    std::optional<Error> failure_; ///< the thread's until it is joined
    std::jthread thread_;          ///< last: it ends before what it uses
};

enum class Ready { output, ended, stopped, time_out };

Ready next_event(const os::Process &process, const os::StopFd &stop, bool leader_ended,
                 Steady::time_point drain_until) {
    std::array<pollfd, 3> fds{pollfd{stop.fd(), POLLIN, 0}, pollfd{process.stdout_fd(), POLLIN, 0},
                              pollfd{leader_ended ? -1 : process.pidfd(), POLLIN, 0}};
    for (;;) {
        int timeout = -1;
        if (leader_ended) {
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(drain_until - Steady::now());
            timeout = static_cast<int>(std::max<std::int64_t>(left.count(), 0));
        }
        const int count = poll(fds.data(), fds.size(), timeout);
        if (count == 0) {
            return Ready::time_out;
        }
        if (count < 0) {
            continue;
        }
        if (fds[0].revents != 0) {
            return Ready::stopped;
        }
        return fds[1].revents != 0 ? Ready::output : Ready::ended;
    }
}

enum class OutputEnd { seen, held_open };

// Moves stdout into the sink until its end.
Result<OutputEnd> move_output(const os::Process &process, ByteSink &sink, const os::StopFd &stop,
                              const std::string &program) {
    bool leader_ended = false;
    Steady::time_point drain_until{};
    for (;;) {
        switch (next_event(process, stop, leader_ended, drain_until)) {
        case Ready::stopped:
            return fail(ErrorCode::cancelled, fmt::format("command '{}' stopped", program));
        case Ready::ended:
            leader_ended = true;
            drain_until = Steady::now() + kDrainGrace;
            break;
        case Ready::time_out:
            return OutputEnd::held_open;
        case Ready::output: {
            INTACT_TRY_ASSIGN(const auto room, sink.space());
            INTACT_TRY_ASSIGN(const std::size_t count,
                              os::read_some(os::kernel(), process.stdout_fd(), room,
                                            fmt::format("output of {}", program)));
            if (count == 0) {
                return OutputEnd::seen;
            }
            sink.commit(count);
        }
        }
    }
}

// What was secret in its environment is the new process's alone when this returns.
Result<os::Process> start_with(const config::Variables &variables, os::Spawn &spawn,
                               const std::stop_token &stop) {
    INTACT_TRY_ASSIGN(const GivenVariables given, read_variables(variables, stop));
    const os::WipedAtEnd wiped(spawn.environment);
    given.add_to(spawn);
    return os::Process::start(spawn);
}

} // namespace

Result<> run_command(const config::CommandSource &source, ByteSink &sink, const LineSink &on_stderr,
                     const std::stop_token &stop, CommandEnd &end, Handover handover) {
    const std::string &program = source.command.front();
    os::Spawn spawn{source.command, os::clean_environment(), source.working_directory};
    spawn.capabilities = os::Spawn::Capabilities::dropped;
    spawn.stdin_fd = handover.input.get();
    spawn.more_fds = std::move(handover.descriptors);
    INTACT_TRY_ASSIGN(os::Process process, start_with(source.environment, spawn, stop));
    handover.input.reset(); // the command's alone, so that its end is seen by who writes there
    const os::StopFd stop_fd(stop);
    ExitJudge judge(source.exit);
    const LineSink heard = [&](std::string_view line) {
        judge.hear(line);
        if (on_stderr) {
            on_stderr(line);
        }
    };
    StderrLines lines(heard);
    StderrReader stderr_reader(process.stderr_fd(), lines);

    auto moved = move_output(process, sink, stop_fd, program);
    std::optional<os::ExitStatus> status;
    if (moved) {
        status = process.wait(stop_fd);
        if (!status) {
            moved = fail(ErrorCode::cancelled, fmt::format("command '{}' stopped", program));
        }
    }
    if (!moved) {
        process.end(std::chrono::duration_cast<std::chrono::milliseconds>(kTermGrace));
    }
    const auto kept = stderr_reader.finish();
    end.stderr_tail.assign(lines.tail());
    INTACT_TRY(moved);
    INTACT_TRY(kept);

    end.exit_code = status->code;
    INTACT_TRY_ASSIGN(end.warnings, judge.judge(fmt::format("command '{}'", program), *status,
                                                lines.last_line()));
    // Whoever still holds the pipe may be the one that had more to write: a success would be a
    // guess.
    if (*moved == OutputEnd::held_open) {
        return fail(Error(ErrorCode::source_incomplete,
                          fmt::format("command '{}' ended, but a process it had started still held "
                                      "its output open {} s later",
                                      program, kDrainGrace.count()))
                        .with_hint("have the command wait for what it starts, or give that another "
                                   "standard output"));
    }
    return {};
}

} // namespace intact::source
