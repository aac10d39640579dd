#include "destination/probe.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <fmt/format.h>

namespace intact::destination {
namespace {

class Trial {
public:
    Trial(const os::Directory &directory, const RunId &run)
        : directory_(directory), names_(probe_names(run.str())) {}
    ~Trial() {
        for (const std::string &name : names_) {
            static_cast<void>(directory_.remove_if_there(name)); // recovery finds what stays
        }
    }
    Trial(const Trial &) = delete;
    Trial &operator=(const Trial &) = delete;

    Result<Probe> run() const {
        const auto &[a, b, c] = names_;
        Probe probe;
        INTACT_TRY(make(a));
        probe.folds_case = directory_.has(upper_case(a)).value_or(false);
        probe.links =
            directory_.sys().linkat(directory_.fd(), a.c_str(), directory_.fd(), b.c_str(), 0) == 0;
        if (!probe.links) {
            INTACT_TRY(make(b));
        }
        // A link of one file makes a rename onto it a call that does nothing (rename(2)).
        INTACT_TRY(directory_.remove(b));
        INTACT_TRY(make(b));
        // A taken name is refused by the kernel's own look even where the filesystem cannot do it.
        probe.renames_exclusive =
            rename(a, c, RENAME_NOREPLACE) && !rename(b, c, RENAME_NOREPLACE) && errno == EEXIST;
        const std::string &other = directory_.has(a).value_or(true) ? a : c;
        probe.exchanges = rename(other, b, RENAME_EXCHANGE);
        const os::UniqueFd direct(
            openat(directory_.fd(), b.c_str(), O_RDONLY | O_DIRECT | O_NOFOLLOW | O_CLOEXEC));
        probe.reads_directly = static_cast<bool>(direct);
        probe.syncs_directories = directory_.sync().has_value();
        return probe;
    }

private:
    static std::string upper_case(std::string name) {
        for (char &c : name) {
            c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        }
        return name;
    }
    Result<> make(const std::string &name) const {
        INTACT_TRY_ASSIGN(os::File file, directory_.create(name));
        return file.close();
    }
    bool rename(const std::string &from, const std::string &to, unsigned flags) const {
        return directory_.sys().renameat2(directory_.fd(), from.c_str(), directory_.fd(),
                                          to.c_str(), flags) == 0;
    }

    const os::Directory &directory_;
    const std::array<std::string, 3> names_;
};

} // namespace

std::array<std::string, 3> probe_names(const std::string &run_id) {
    const std::string stem = fmt::format(".intact-{}.probe-", run_id);
    return {stem + "a", stem + "b", stem + "c"};
}

Result<Probe> probe_directory(const os::Directory &directory, const RunId &run) {
    auto probe = Trial(directory, run).run();
    if (!probe) {
        return fail(std::move(probe).error().within("try what " +
                                                    os::quoted_path(directory.path()) + " can do"));
    }
    return probe;
}

} // namespace intact::destination
