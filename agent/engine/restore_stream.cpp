#include "engine/restore_stream.hpp"
#include "engine/restore.hpp"
#include "engine/restore_source.hpp"
#include "os/process.hpp"
#include "os/stop_fd.hpp"
#include "source/database.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

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

} // namespace

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
    // It is the operator's program and runs as if typed: with all of this environment, here. It may
    // ask at the terminal, for a password say; from a group in the background that would stop it
    // for ever (SIGTTIN).
    os::Spawn spawn{command, os::own_environment(), ".", reading.get(), os::Spawn::Output::as_ours};
    spawn.group = os::has_terminal() ? os::Spawn::Group::ours : os::Spawn::Group::its_own;
    spawn.capabilities = os::Spawn::Capabilities::dropped;
    INTACT_TRY_ASSIGN(os::Process reader, os::Process::start(spawn));
    reading.reset();
    auto written = write_stream(source.sys(), proven, writing.get(), progress, stop);
    // A stream that broke off must not look like a whole one to the program: it is ended instead.
    if (!written && written.error().sys_errno() != EPIPE) {
        return written;
    }
    writing.reset();
    const auto status = reader.wait(os::StopFd(stop));
    // Ctrl-C is for both of us: which one notices first is chance.
    if (!status || status->signal == SIGINT) {
        return fail(ErrorCode::cancelled, "restore stopped");
    }
    if (!status->success()) {
        return fail(
            Error(ErrorCode::source_failed,
                  fmt::format("{} {}", os::quoted_path(command.front()), status->describe()))
                .with_hint("what it was given is a proven backup; see what it said"));
    }
    if (!written) {
        return fail(
            Error(ErrorCode::source_failed,
                  os::quoted_path(command.front()) + " ended before it had read the whole stream"));
    }
    return written;
}

Result<std::uint64_t> restore_to_database(const os::Directory &source,
                                          const destination::FoundBackup &backup,
                                          const config::DatabaseSource &database, Existing existing,
                                          const std::function<void(std::string_view)> &on_stderr,
                                          Progress &progress, const std::stop_token &stop) {
    INTACT_TRY_ASSIGN(const ProvenBackup proven,
                      ProvenBackup::open(source, backup, progress, stop));
    const destination::Manifest &manifest = proven.manifest();
    const std::string type(config::name_of(database.type));
    // A dump of all databases says itself where each goes, that of one does not.
    const auto is_of_all = [](const std::vector<std::string> &items) {
        return !items.empty() && items.front() == config::kAllDatabases;
    };
    const auto items = source::items_of(database);
    if (manifest.source_type != type || is_of_all(manifest.source_items) != is_of_all(items)) {
        return fail(
            Error(ErrorCode::unsupported,
                  fmt::format("it is of a source of type \"{}\" ({}), and is to go into one of "
                              "type \"{}\" ({})",
                              manifest.source_type, fmt::join(manifest.source_items, ", "), type,
                              fmt::join(items, ", ")))
                .with_hint("use --pipe with the program that reads it"));
    }
    std::uint64_t bytes = 0;
    const source::StreamWriter write = [&](int fd) -> Result<> {
        INTACT_TRY_ASSIGN(bytes, write_stream(source.sys(), proven, fd, progress, stop));
        return {};
    };
    INTACT_TRY(source::restore_database(database, manifest.format,
                                        existing == Existing::overwrite ? source::Present::replaced
                                                                        : source::Present::kept,
                                        write, on_stderr, stop));
    return bytes;
}

} // namespace intact::engine
