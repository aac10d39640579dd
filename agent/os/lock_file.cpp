#include "os/lock_file.hpp"

#include "os/stop_fd.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <poll.h>
#include <sys/file.h>

namespace intact::os {
namespace {

constexpr std::size_t kRecordsLimitBytes = 1u << 20;
constexpr auto kRetryEvery = std::chrono::milliseconds(100);

// One holder a line; the last field ends with the line, so a torn record (no newline) is told from
// a whole one.
std::string render(const LockOwner &owner) {
    return fmt::format("{}\t{}\t{}\t{}\n", owner.pid, owner.host, owner.run_id, owner.since);
}

std::optional<LockOwner> parse(std::string_view line) {
    std::vector<std::string_view> fields;
    for (std::size_t start = 0; start <= line.size();) {
        const std::size_t end = std::min(line.find('\t', start), line.size());
        fields.push_back(line.substr(start, end - start));
        start = end + 1;
    }
    LockOwner owner;
    if (fields.size() != 4 ||
        std::from_chars(fields[0].data(), fields[0].data() + fields[0].size(), owner.pid).ec !=
            std::errc()) {
        return std::nullopt;
    }
    owner.host = fields[1];
    owner.run_id = fields[2];
    owner.since = fields[3];
    return owner;
}

std::vector<LockOwner> parse_owners(std::string_view text) {
    std::vector<LockOwner> owners;
    for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
        if (auto owner = parse(text.substr(0, end))) {
            owners.push_back(*std::move(owner));
        }
        text.remove_prefix(end + 1);
    }
    return owners;
}

Result<std::string> read_records(Sys &sys, const File &file) {
    std::string text;
    std::array<std::byte, 4096> buffer{};
    lseek(file.fd(), 0, SEEK_SET);
    for (;;) {
        INTACT_TRY_ASSIGN(const std::size_t count, read_some(sys, file.fd(), buffer, file.path()));
        if (count == 0 || text.size() > kRecordsLimitBytes) {
            return text;
        }
        text.append(reinterpret_cast<const char *>(buffer.data()), count);
    }
}

Error held_by_another(Sys &sys, const File &file) {
    std::string holder = "another process";
    const auto records = read_records(sys, file);
    const auto owners = records ? parse_owners(*records) : std::vector<LockOwner>{};
    if (!owners.empty()) {
        const LockOwner &owner = owners.back();
        holder = fmt::format("process {} on '{}' (run {}) since {}", owner.pid, owner.host,
                             owner.run_id, owner.since);
    }
    return Error(ErrorCode::locked,
                 fmt::format("lock {}: held by {}", quoted_path(file.path()), holder));
}

enum class Attempt { taken, held };

Result<Attempt> try_lock(Sys &sys, const File &file) {
    while (sys.flock(file.fd(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            return Attempt::held;
        }
        if (errno != EINTR) {
            return fail_errno(errno, "lock " + quoted_path(file.path()));
        }
    }
    return Attempt::taken;
}

} // namespace

Result<LockFile> LockFile::acquire(const Directory &directory, const std::string &name,
                                   const LockOwner &owner, std::chrono::milliseconds patience,
                                   const std::stop_token &stop) {
    Sys &sys = directory.sys();
    const std::string path = directory.path_of(name);
    const int flags = O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC;
    const int fd = sys.openat(directory.fd(), name.c_str(), flags, 0600);
    if (fd < 0) {
        return fail_errno(errno, "open lock " + quoted_path(path));
    }
    LockFile lock(File(sys, fd, path));

    // flock(2) has no time limit, so the wait asks again; the stop ends it at once.
    constexpr std::chrono::milliseconds kForEver = std::chrono::years(100);
    const auto deadline = std::chrono::steady_clock::now() + std::min(patience, kForEver);
    const StopFd stop_fd(stop);
    for (;;) {
        INTACT_TRY_ASSIGN(const Attempt attempt, try_lock(sys, lock.file_));
        if (attempt == Attempt::taken) {
            break;
        }
        if (std::chrono::steady_clock::now() >= deadline) {
            return fail(held_by_another(sys, lock.file_));
        }
        pollfd wait{stop_fd.fd(), POLLIN, 0};
        if (poll(&wait, 1, static_cast<int>(kRetryEvery.count())) > 0) {
            return fail(ErrorCode::cancelled,
                        "stopped while waiting for lock " + quoted_path(path));
        }
    }

    INTACT_TRY_ASSIGN(const std::string records, read_records(sys, lock.file_));
    lock.predecessors_ = parse_owners(records);
    // A record that a power cut tore belongs to a run that had not begun: it is closed off and
    // passed over.
    const bool torn = !records.empty() && !records.ends_with('\n');
    // Durable before the first staged file, so that a power cut cannot leave that file without a
    // record that names its run.
    INTACT_TRY(lock.file_.write_all((torn ? "\n" : "") + render(owner)));
    INTACT_TRY(lock.file_.sync());
    INTACT_TRY(directory.sync());
    return lock;
}

Result<bool> LockFile::is_held(const Directory &directory, const std::string &name) {
    INTACT_TRY_ASSIGN(const bool is_there, directory.has(name));
    if (!is_there) {
        return false;
    }
    INTACT_TRY_ASSIGN(const UniqueFd fd, directory.open_file(name));
    while (directory.sys().flock(fd.get(), LOCK_SH | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            return true;
        }
        if (errno != EINTR) {
            return fail_errno(errno, "look at lock " + quoted_path(directory.path_of(name)));
        }
    }
    return false;
}

void LockFile::release() {
    // When this fails the record stays, and the next holder cleans up after a run that left
    // nothing.
    static_cast<void>(file_.truncate(0));
    static_cast<void>(file_.close());
}

} // namespace intact::os
