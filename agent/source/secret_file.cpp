#include "source/secret_file.hpp"

#include "config/file_access.hpp"
#include "os/file.hpp"
#include "os/wipe.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <span>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace intact::source {
namespace {

constexpr std::size_t kLargestCredential = 1U << 20; // systemd takes no larger one
constexpr mode_t kOthers = 077;
constexpr mode_t kAnyRight = 7;

Error failed(Error error, const std::string &hint) {
    return std::move(error).with_code(ErrorCode::credential_failed).with_hint(hint);
}

struct OpenFile {
    os::UniqueFd fd;
    struct stat status{};
};

// Never waits on a FIFO or device.
Result<OpenFile> open_regular(const std::string &path) {
    OpenFile file{os::UniqueFd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY))};
    if (!file.fd || fstat(file.fd.get(), &file.status) != 0) {
        return fail_errno(errno, "read " + os::quoted_path(path));
    }
    if (!S_ISREG(file.status.st_mode)) {
        return fail(ErrorCode::unsupported, os::quoted_path(path) + " is no regular file");
    }
    return file;
}

// Its room is there from the start: growing would leave copies behind.
Result<std::string> content_of(const OpenFile &file, const std::string &path, std::size_t limit) {
    std::string room(limit + 1, '\0');
    const os::WipedAtEnd wiped(room);
    std::size_t used = 0;
    for (std::size_t count = 1; count > 0; used += count) {
        if (used > limit) {
            return fail(ErrorCode::file_too_large,
                        fmt::format("{} holds more than {} bytes", os::quoted_path(path), limit));
        }
        INTACT_TRY_ASSIGN(
            count, os::read_some(os::kernel(), file.fd.get(),
                                 std::as_writable_bytes(std::span(room)).subspan(used), path));
    }
    return os::movable_copy(std::string_view(room).substr(0, used));
}

} // namespace

std::string hint_to_load(const std::string &name) {
    return fmt::format("'systemctl edit intactd' and add [Service] LoadCredential={}:/PATH, then "
                       "'systemctl restart intactd'",
                       name);
}

Result<std::string> path_of_credential(const std::string &name) {
    const char *directory = std::getenv("CREDENTIALS_DIRECTORY");
    if (directory == nullptr || *directory != '/') {
        return fail(Error(ErrorCode::credential_failed,
                          fmt::format("there is no credential '{}': systemd gives credentials to "
                                      "its services, and this process is not of one "
                                      "($CREDENTIALS_DIRECTORY is not set)",
                                      name))
                        .with_hint("have the daemon take the backup ('intact run --via-daemon'), "
                                   "and give intactd.service LoadCredential= in a drop-in: "
                                   "SECRETS in intact.toml(5)"));
    }
    std::string path = fmt::format("{}/{}", directory, name);
    struct stat status{};
    if (stat(path.c_str(), &status) != 0) {
        return fail(failed(Error::from_errno(errno, fmt::format("find the credential '{}'", name)),
                           hint_to_load(name)));
    }
    return path;
}

Result<std::string> read_credential(const std::string &name, std::size_t limit) {
    INTACT_TRY_ASSIGN(const std::string path, path_of_credential(name));
    auto file = open_regular(path);
    auto content =
        file ? content_of(*file, path, limit) : Result<std::string>(fail(std::move(file).error()));
    if (!content) {
        return fail(failed(std::move(content).error(),
                           "systemd lets the service's user alone read its credentials"));
    }
    return content;
}

Result<std::optional<os::UniqueFd>> private_copy_of(const std::string &path) {
    const auto refused = [](Error error) {
        return fail(failed(std::move(error), "see 'journalctl -u intactd'"));
    };
    auto file = open_regular(path);
    if (!file) {
        return refused(std::move(file).error());
    }
    if (file->status.st_uid == geteuid() && (file->status.st_mode & kOthers) == 0) {
        return std::nullopt;
    }
    auto content = content_of(*file, path, kLargestCredential);
    if (!content) {
        return refused(std::move(content).error());
    }
    const os::WipedAtEnd wiped(*content);
    auto copy = private_file_of(*content);
    if (!copy) {
        return refused(std::move(copy).error());
    }
    return *std::move(copy);
}

Result<os::UniqueFd> private_file_of(std::string_view content) {
    os::UniqueFd memory(memfd_create("credential", MFD_CLOEXEC));
    if (!memory) {
        return fail_errno(errno, "make a file in memory");
    }
    os::File copy(os::kernel(), fcntl(memory.get(), F_DUPFD_CLOEXEC, 0), "a file in memory");
    INTACT_TRY(copy.write_all(content));
    INTACT_TRY(copy.set_mode(S_IRUSR));
    lseek(memory.get(), 0, SEEK_SET);
    return memory;
}

Result<std::string> read_secret_file(const std::string &path, std::size_t limit) {
    auto file = open_regular(path);
    if (!file) {
        return fail(failed(std::move(file).error(), "a secret lies in a regular file of root's or "
                                                    "the service's user"));
    }
    if (!config::is_of_service(file->status)) {
        return fail(Error(ErrorCode::credential_failed,
                          fmt::format("{} is neither root's nor the service's own, but of the user "
                                      "with number {}, who can put another secret there",
                                      os::quoted_path(path), file->status.st_uid))
                        .with_hint(fmt::format("chown root {}", os::quoted_path(path))));
    }
    if (const auto others = config::others_with(kAnyRight, file->status)) {
        return fail(
            Error(ErrorCode::credential_failed,
                  fmt::format("{} has mode {:04o}: {} may read or change it, and it is to "
                              "hold a secret",
                              os::quoted_path(path), file->status.st_mode & 07777U, *others))
                .with_hint(fmt::format("chmod 0600 {}; 0640 will do where the group is {}",
                                       os::quoted_path(path), config::kServiceUser)));
    }
    auto content = content_of(*file, path, limit);
    if (!content) {
        return fail(failed(std::move(content).error(), "a secret is a line, as a rule"));
    }
    return content;
}

} // namespace intact::source
