#include "engine/restore.hpp"
#include "engine/restore_source.hpp"
#include "os/stop_fd.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace intact::engine {
namespace {

// A reader that goes away is an error like others, not the end of this process.
class NoBrokenPipe {
public:
    NoBrokenPipe() {
        sigemptyset(&pipe_);
        sigaddset(&pipe_, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }
    ~NoBrokenPipe() {
        const timespec now{0, 0};
        if (sigismember(&before_, SIGPIPE) == 0) {
            while (sigtimedwait(&pipe_, nullptr, &now) > 0) {
            }
        }
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    NoBrokenPipe(const NoBrokenPipe &) = delete;
    NoBrokenPipe &operator=(const NoBrokenPipe &) = delete;

private:
    sigset_t pipe_{};
    sigset_t before_{};
};

// Into a pipe only as much as it surely takes once it is writable (pipe(7), PIPE_BUF): its mode is
// shared with others and stays blocking, and a stop must not wait for a reader that has stopped
// reading.
Result<> write_all(os::Sys &sys, int fd, bool is_file, std::span<const std::byte> bytes,
                   const os::StopFd &stop) {
    while (!bytes.empty()) {
        if (!is_file && os::wait_for(fd, POLLOUT, stop) == os::Wait::stopped) {
            return fail(ErrorCode::cancelled, "restore stopped");
        }
        const std::size_t count =
            is_file ? bytes.size() : std::min<std::size_t>(bytes.size(), PIPE_BUF);
        const ssize_t written = sys.write(fd, bytes.data(), count);
        if (written < 0 && errno != EINTR && errno != EAGAIN) {
            return fail_errno(errno, "write the restored stream");
        }
        if (written > 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(written));
        }
    }
    return {};
}

Result<std::uint64_t> write_stream(os::Sys &sys, const ProvenBackup &proven, int fd,
                                   Progress &progress, const std::stop_token &stop) {
    const NoBrokenPipe no_signal;
    const os::StopFd stop_fd(stop);
    struct stat status{};
    const bool is_file = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    progress.stage = Stage::write;
    progress.expected_bytes = proven.manifest().stream_bytes;
    INTACT_TRY_ASSIGN(const auto reader, proven.read(stop));
    for (;;) {
        INTACT_TRY_ASSIGN(const std::span<const std::byte> bytes, reader->next());
        if (bytes.empty()) {
            break;
        }
        INTACT_TRY(write_all(sys, fd, is_file, bytes, stop_fd));
        progress.bytes_written += bytes.size();
    }
    INTACT_TRY(proven.check_again(*reader));
    return reader->stream_bytes();
}

/// A program in its own process group with a pipe as its stdin; gone, with its group, when this is.
class Reader {
public:
    static Result<Reader> start(const std::vector<std::string> &command, int stdin_fd) {
        std::vector<char *> argv;
        for (const std::string &argument : command) {
            argv.push_back(const_cast<char *>(argument.c_str()));
        }
        argv.push_back(nullptr);
        sigset_t none;
        sigset_t all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_t attributes;
        posix_spawn_file_actions_t actions;
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                                  POSIX_SPAWN_SETSIGDEF);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &all);
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, stdin_fd, STDIN_FILENO);
        pid_t pid = -1;
        const int err =
            posix_spawnp(&pid, argv.front(), &actions, &attributes, argv.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
        if (err != 0) {
            Error error = Error::from_errno(err, "start " + os::quoted(command.front()));
            return fail(err == ENOENT ? std::move(error).with_code(ErrorCode::program_missing)
                                      : std::move(error));
        }
        return Reader(pid);
    }
    Reader(Reader &&other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
    Reader &operator=(Reader &&) = delete;
    ~Reader() {
        if (pid_ > 0) {
            kill(-pid_, SIGKILL);
            while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
            }
        }
    }

    /// Its wait status. Errors: cancelled; the destructor then ends it.
    Result<int> wait(const os::StopFd &stop) {
        const os::UniqueFd handle(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
        if (handle && os::wait_for(handle.get(), POLLIN, stop) == os::Wait::stopped) {
            return fail(ErrorCode::cancelled, "restore stopped");
        }
        int status = 0;
        while (waitpid(pid_, &status, 0) < 0) {
            if (errno != EINTR) {
                return fail_errno(errno, "wait for the program that reads the stream");
            }
        }
        pid_ = -1;
        return status;
    }

private:
    explicit Reader(pid_t pid) : pid_(pid) {}
    pid_t pid_;
};

tl::unexpected<Error> ended_badly(const std::string &program, int status) {
    return fail(Error(ErrorCode::source_failed,
                      WIFSIGNALED(status)
                          ? fmt::format("{} was ended by signal {} ({})", os::quoted(program),
                                        WTERMSIG(status), sigabbrev_np(WTERMSIG(status)))
                          : fmt::format("{} ended with exit status {}", os::quoted(program),
                                        WEXITSTATUS(status)))
                    .with_hint("what it was given is a proven backup; see what it said"));
}

} // namespace

Result<std::uint64_t> restore_stream(const os::Directory &source,
                                     const destination::FoundBackup &backup, int fd,
                                     Progress &progress, const std::stop_token &stop) {
    INTACT_TRY_ASSIGN(const ProvenBackup proven,
                      ProvenBackup::open(source, backup, progress, stop));
    return write_stream(source.sys(), proven, fd, progress, stop);
}

Result<std::uint64_t> restore_to_command(const os::Directory &source,
                                         const destination::FoundBackup &backup,
                                         const std::vector<std::string> &command,
                                         Progress &progress, const std::stop_token &stop) {
    if (command.empty()) {
        return fail(ErrorCode::usage, "no program to restore into");
    }
    INTACT_TRY_ASSIGN(const ProvenBackup proven,
                      ProvenBackup::open(source, backup, progress, stop));
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        return fail_errno(errno, "make a pipe");
    }
    os::UniqueFd reading(ends[0]);
    os::UniqueFd writing(ends[1]);
    INTACT_TRY_ASSIGN(Reader reader, Reader::start(command, reading.get()));
    reading.reset();
    auto written = write_stream(source.sys(), proven, writing.get(), progress, stop);
    // A stream that broke off must not look like a whole one to the program: it is ended instead.
    if (!written && written.error().sys_errno() != EPIPE) {
        return written;
    }
    writing.reset();
    INTACT_TRY_ASSIGN(const int status, reader.wait(os::StopFd(stop)));
    if (status != 0) {
        return ended_badly(command.front(), status);
    }
    if (!written) {
        return fail(
            Error(ErrorCode::source_failed,
                  os::quoted(command.front()) + " ended before it had read the whole stream"));
    }
    return written;
}

} // namespace intact::engine
