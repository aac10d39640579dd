#include "engine/hooks.hpp"

#include "base/clock.hpp"
#include "base/quantity.hpp"
#include "os/process.hpp"
#include "os/wipe.hpp"
#include "source/secrets.hpp"
#include "source/stderr_lines.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <fmt/format.h>
#include <map>
#include <poll.h>
#include <unistd.h>

namespace intact::engine {
namespace {

using Steady = std::chrono::steady_clock;
using Facts = std::map<std::string, std::string>;

constexpr std::array<std::string_view, 4> kNames{"before", "after", "on_failure", "on_success"};
constexpr std::chrono::milliseconds kTermGrace = std::chrono::seconds(10);
constexpr std::string_view kHeldBackReason = "before_hook";

std::string key_of(Hook hook) {
    return fmt::format("hooks.{}", name_of(hook));
}

/// What hooks are told; a variable without a value is there all the same, for 'set -u'.
Facts facts_of(const config::Job &job, Hook hook, const catalog::RunRecord &record) {
    Facts facts{
        {"INTACT_JOB", job.name},
        {"INTACT_RUN_ID", record.run_id},
        {"INTACT_HOOK", std::string(name_of(hook))},
        {"INTACT_DESTINATION", job.destination.path},
        {"INTACT_STARTED", rfc3339(record.started)},
    };
    if (record.outcome == Outcome::running) {
        return facts;
    }
    const catalog::RunFailure failure = record.failure.value_or(catalog::RunFailure{});
    facts.merge(Facts{
        {"INTACT_OUTCOME", std::string(name_of(record.outcome))},
        {"INTACT_FINISHED", record.finished ? rfc3339(*record.finished) : ""},
        {"INTACT_FAILURE", failure.code},
        {"INTACT_STAGE", failure.stage},
        {"INTACT_MESSAGE", failure.message},
        {"INTACT_ARCHIVE", record.archive},
        {"INTACT_BYTES_READ", std::to_string(record.bytes_read)},
        {"INTACT_BYTES_WRITTEN", std::to_string(record.bytes_written)},
        {"INTACT_ENTRIES", std::to_string(record.entries)},
        {"INTACT_WARNINGS", std::to_string(record.warning_count)},
        {"INTACT_SUSPICIOUS", catalog::is_suspicious(record) ? "1" : "0"},
    });
    return facts;
}

Result<os::Process> start(const config::Job &job, Hook hook, const catalog::RunRecord &record,
                          const std::stop_token &stop) {
    const auto limit = std::chrono::ceil<std::chrono::milliseconds>(
        std::min<std::chrono::microseconds>(job.hooks.timeout, source::kSecretTimeout));
    INTACT_TRY_ASSIGN(const source::GivenVariables given,
                      source::read_variables(job.hooks.environment, stop, limit));
    os::Spawn spawn{command_of(job.hooks, hook), os::clean_environment()};
    const os::WipedAtEnd wiped(spawn.environment);
    given.add_to(spawn);
    for (const auto &[name, value] : facts_of(job, hook, record)) {
        spawn.environment[name] = value;
    }
    spawn.output = os::Spawn::Output::merged;
    spawn.capabilities = os::Spawn::Capabilities::dropped;
    return os::Process::start(spawn);
}

/// One read; nothing once whoever could write has closed the pipe. 0: there is nothing now.
std::optional<std::size_t> take_some(int fd, source::StderrLines &lines) {
    std::array<char, 8192> buffer{};
    const ssize_t count = read(fd, buffer.data(), buffer.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
        return 0;
    }
    if (count <= 0) {
        return std::nullopt;
    }
    lines.take({buffer.data(), static_cast<std::size_t>(count)});
    return static_cast<std::size_t>(count);
}

// What a hook has written by its end lies in the pipe. Somebody it has started may go on writing
// there: more than the pipe holds is not the hook's.
void take_rest(int fd, source::StderrLines &lines) {
    auto left = static_cast<std::size_t>(std::max(fcntl(fd, F_GETPIPE_SZ), 0));
    while (left > 0) {
        const std::size_t count = take_some(fd, lines).value_or(0);
        if (count == 0) {
            break;
        }
        left -= std::min(left, count);
    }
    lines.finish();
}

enum class Ended { by_itself, by_stop, by_time };

Ended await_end(const os::Process &process, const os::StopFd &stop, Steady::time_point deadline,
                source::StderrLines &lines) {
    constexpr std::chrono::milliseconds kLongestWait = std::chrono::hours(1);
    fcntl(process.stderr_fd(), F_SETFL, O_NONBLOCK);
    std::array<pollfd, 3> fds{pollfd{stop.fd(), POLLIN, 0}, pollfd{process.pidfd(), POLLIN, 0},
                              pollfd{process.stderr_fd(), POLLIN, 0}};
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Steady::now());
        if (left.count() <= 0) {
            return Ended::by_time;
        }
        if (poll(fds.data(), fds.size(), static_cast<int>(std::min(left, kLongestWait).count())) <=
            0) {
            continue;
        }
        if (fds[1].revents != 0) {
            return Ended::by_itself;
        }
        if (fds[0].revents != 0) {
            return Ended::by_stop;
        }
        if (!take_some(fds[2].fd, lines)) {
            fds[2].fd = -1; // it has closed its output, and goes on
        }
    }
}

struct Ending {
    Ended how = Ended::by_itself;
    os::ExitStatus status;
    std::string last_line;
};

Result<Ending> run_to_end(const config::Job &job, Hook hook, const catalog::RunRecord &record,
                          const HookSink &on_line, const std::stop_token &stop) {
    const Steady::time_point deadline = Steady::now() + job.hooks.timeout;
    const std::function<void(std::string_view)> led = [&](std::string_view line) {
        if (on_line) {
            on_line(fmt::format("{}: {}", name_of(hook), line));
        }
    };
    source::StderrLines lines(led);
    auto started = start(job, hook, record, stop);
    if (!started) {
        return fail(std::move(started).error().within(key_of(hook)));
    }
    os::Process &process = *started;
    Ending ending;
    ending.how = await_end(process, os::StopFd(stop), deadline, lines);
    ending.status =
        process.end(ending.how == Ended::by_itself ? std::chrono::milliseconds(0) : kTermGrace);
    take_rest(process.stderr_fd(), lines);
    ending.last_line = lines.last_line();
    return ending;
}

Result<> judge(const config::Job &job, Hook hook, const Ending &ending) {
    const std::string which = key_of(hook);
    const std::string said = ending.last_line.empty() ? "" : ": " + ending.last_line;
    switch (ending.how) {
    case Ended::by_stop:
        return fail(ErrorCode::cancelled, which + " stopped");
    case Ended::by_time:
        return fail(Error(ErrorCode::hook_failed,
                          fmt::format("{} took longer than hooks.timeout={}{}", which,
                                      format_duration(job.hooks.timeout), said))
                        .with_hint("raise hooks.timeout= if it needs so long, or find out what it "
                                   "waits for"));
    case Ended::by_itself:
        break;
    }
    return ending.status.success()
               ? Result<>()
               : fail(ErrorCode::hook_failed,
                      fmt::format("{} {}{}", which, ending.status.describe(), said));
}

} // namespace

std::string_view name_of(Hook hook) {
    return kNames[static_cast<std::size_t>(hook)];
}

const std::vector<std::string> &command_of(const config::Hooks &hooks, Hook hook) {
    switch (hook) {
    case Hook::before:
        return hooks.before;
    case Hook::after:
        return hooks.after;
    case Hook::on_failure:
        return hooks.on_failure;
    case Hook::on_success:
        break;
    }
    return hooks.on_success;
}

Result<> run_hook(const config::Job &job, Hook hook, const catalog::RunRecord &record,
                  const HookSink &on_line, const std::stop_token &stop) {
    INTACT_TRY_ASSIGN(const Ending ending, run_to_end(job, hook, record, on_line, stop));
    return judge(job, hook, ending);
}

Result<std::optional<HeldBack>> run_before_hook(const config::Job &job,
                                                const catalog::RunRecord &record,
                                                const HookSink &on_line,
                                                const std::stop_token &stop) {
    INTACT_TRY_ASSIGN(const Ending ending, run_to_end(job, Hook::before, record, on_line, stop));
    if (ending.how == Ended::by_itself && ending.status.signal == 0 &&
        ending.status.code == catalog::kExitHeldBack) {
        return HeldBack{std::string(kHeldBackReason), ending.last_line.empty()
                                                          ? key_of(Hook::before) + " says so"
                                                          : ending.last_line};
    }
    INTACT_TRY(judge(job, Hook::before, ending));
    return std::nullopt;
}

} // namespace intact::engine
