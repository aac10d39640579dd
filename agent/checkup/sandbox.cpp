#include "checkup/sandbox.hpp"

#include <array>
#include <fmt/format.h>
#include <initializer_list>

namespace intact::checkup {
namespace {

bool lies_in(std::string_view path, std::string_view folder) {
    return folder == "/" || (path.starts_with(folder) &&
                             (path.size() == folder.size() || path[folder.size()] == '/'));
}

/// Takes directives as they come and keeps the one that holds for a path.
class Judge {
public:
    explicit Judge(const std::string &path) : path_(path) {}

    void take(std::string folder, Access access, std::string_view because) {
        while (folder.size() > 1 && folder.ends_with('/')) {
            folder.pop_back();
        }
        if (!lies_in(path_, folder) || folder.size() < depth_ ||
            (folder.size() == depth_ && access < verdict_.access)) {
            return;
        }
        depth_ = folder.size();
        verdict_ = {access, access == Access::writable ? "" : std::string(because)};
    }
    void take(std::initializer_list<const char *> folders, Access access,
              std::string_view because) {
        for (const char *folder : folders) {
            take(folder, access, because);
        }
    }
    Verdict verdict() { return std::move(verdict_); }

private:
    const std::string &path_;
    std::size_t depth_ = 0;
    Verdict verdict_;
};

void take_system(const Unit &unit, Judge &judge) {
    const std::string system = unit.property("ProtectSystem");
    const std::string directive = "ProtectSystem=" + system;
    if (system == "strict") {
        judge.take("/", Access::read_only, directive);
        judge.take({"/dev", "/proc", "/sys"}, Access::writable, "");
    }
    if (system == "yes" || system == "full") {
        judge.take({"/usr", "/boot", "/efi"}, Access::read_only, directive);
    }
    if (system == "full") {
        judge.take({"/etc"}, Access::read_only, directive);
    }
    if (const std::string name = unit.property("StateDirectory"); !name.empty()) {
        judge.take("/var/lib/" + name.substr(0, name.find(' ')), Access::writable, "");
    }
}

void take_private(const Unit &unit, Judge &judge) {
    const std::string home = unit.property("ProtectHome");
    if (home == "yes" || home == "tmpfs" || home == "read-only") {
        judge.take({"/home", "/root", "/run/user"},
                   home == "read-only" ? Access::read_only : Access::hidden, "ProtectHome=" + home);
    }
    if (unit.is("PrivateTmp", "yes")) {
        judge.take({"/tmp", "/var/tmp"}, Access::hidden, "PrivateTmp=yes");
    }
    if (unit.is("PrivateDevices", "yes")) {
        judge.take({"/dev"}, Access::hidden, "PrivateDevices=yes");
    }
}

struct PathList {
    const char *name;
    Access access;
};
constexpr std::array<PathList, 4> kLists{{{"ReadWritePaths", Access::writable},
                                          {"ReadOnlyPaths", Access::read_only},
                                          {"InaccessiblePaths", Access::hidden},
                                          {"TemporaryFileSystem", Access::hidden}}};

} // namespace

Verdict verdict_on(const Unit &unit, const std::string &path) {
    Judge judge(path);
    take_system(unit, judge);
    take_private(unit, judge);
    for (const PathList &list : kLists) {
        for (const std::string &folder : unit.paths(list.name)) {
            judge.take(folder, list.access, fmt::format("{}={}", list.name, folder));
        }
    }
    return judge.verdict();
}

std::string quoted_for_unit(std::string_view path) {
    std::string text;
    bool is_plain = true;
    for (const char c : path) {
        if (c == '"' || c == '\\') {
            text += '\\';
        } else if (c == '%') {
            text += '%'; // else a specifier, systemd.unit(5)
        }
        text += c;
        is_plain = is_plain && c != ' ' && c != '"' && c != '\'' && c != '\\' && c != '\t';
    }
    return is_plain ? text : '"' + text + '"';
}

} // namespace intact::checkup
