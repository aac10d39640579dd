#include "metrics/textfile.hpp"

#include "os/file.hpp"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <fmt/format.h>
#include <unistd.h>

namespace intact::metrics {
namespace {

constexpr mode_t kMode = 0644;

Result<> write_file(const os::Directory &directory, const std::string &name,
                    const std::string &text) {
    INTACT_TRY(directory.remove_if_there(name)); // of a process with our number that died
    INTACT_TRY_ASSIGN(os::File file, directory.create(name));
    INTACT_TRY(file.write_all(std::string_view(text)));
    INTACT_TRY(file.set_mode(kMode));
    INTACT_TRY(file.sync());
    return file.close();
}

// Of writers that were killed. Two at once have different names, so neither is the other's.
void sweep(const os::Directory &directory, const std::string &prefix) {
    const auto names = directory.names().value_or(std::vector<std::string>());
    for (const std::string &name : names) {
        pid_t pid = 0;
        if (!name.starts_with(prefix)) {
            continue;
        }
        const char *end = name.data() + name.size();
        const auto [rest, error] = std::from_chars(name.data() + prefix.size(), end, pid);
        if (error == std::errc() && rest == end && pid > 0 && kill(pid, 0) != 0 && errno == ESRCH) {
            static_cast<void>(directory.remove_if_there(name));
        }
    }
}

} // namespace

Result<> write_textfile(const std::string &path, const std::string &text) {
    const std::size_t slash = path.rfind('/');
    const std::string name = path.substr(slash + 1);
    // The collector reads *.prom only.
    const std::string prefix = fmt::format(".{}.", name);
    const std::string temporary = prefix + std::to_string(getpid());
    const auto directory = os::Directory::open(slash == 0 ? "/" : path.substr(0, slash));
    if (directory) {
        sweep(*directory, prefix);
    }
    auto written = directory ? write_file(*directory, temporary, text).and_then([&] {
        return directory->rename(temporary, name, os::IfExists::replace);
    })
                             : Result<>(fail(directory.error()));
    if (written) {
        return written;
    }
    if (directory) {
        static_cast<void>(directory->remove_if_there(temporary));
    }
    return fail(std::move(written)
                    .error()
                    .within("write metrics to " + os::quoted_path(path))
                    .with_hint("the directory must exist, and this user be able to write there; a "
                               "service also needs ReadWritePaths= for it"));
}

} // namespace intact::metrics
