#include "destination/leftovers.hpp"

#include "base/run_id.hpp"
#include "destination/content.hpp"
#include "destination/lost_clusters.hpp"
#include "destination/set_aside.hpp"
#include "destination/staging.hpp"

#include <algorithm>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

namespace intact::destination {
namespace {

// As whoever serves the filesystem knows it: a remembered count of links may be out of date.
bool look(const os::Directory &directory, const std::string &name, struct statx &facts) {
    return statx(directory.fd(), name.c_str(), AT_SYMLINK_NOFOLLOW | AT_STATX_FORCE_SYNC,
                 STATX_NLINK | STATX_INO, &facts) == 0;
}

Result<bool> is_counted_short(const os::Directory &directory, const std::string &name) {
    struct statx own{};
    if (!look(directory, name, own) || own.stx_nlink > 1) {
        return false;
    }
    INTACT_TRY_ASSIGN(const auto names, directory.names());
    for (const std::string &other : names) {
        struct statx facts{};
        if (other != name && look(directory, other, facts) && facts.stx_ino == own.stx_ino &&
            facts.stx_dev_major == own.stx_dev_major && facts.stx_dev_minor == own.stx_dev_minor) {
            return true;
        }
    }
    return false;
}

} // namespace

Result<std::vector<std::string>> hidden_files(const os::Directory &directory,
                                              const std::string &run_id) {
    INTACT_TRY_ASSIGN(std::vector<std::string> names, directory.names());
    const std::string stem = fmt::format(".intact-{}.", run_id);
    std::erase_if(names, [&](const std::string &name) {
        return !name.starts_with(stem) || is_set_aside(name);
    });
    const auto manifest = std::find(names.begin(), names.end(), staged_names(run_id).manifest);
    if (manifest != names.end()) {
        std::rotate(manifest, manifest + 1, names.end());
    }
    return names;
}

Result<bool> has_leftovers(const os::Directory &directory, const std::string &run_id) {
    INTACT_TRY_ASSIGN(const auto names, hidden_files(directory, run_id));
    return !names.empty();
}

Result<std::set<std::string>> runs_with_files(const os::Directory &directory) {
    constexpr std::string_view kStem = ".intact-";
    constexpr std::size_t kIdLength = 26;
    std::set<std::string> runs;
    INTACT_TRY_ASSIGN(const auto names, directory.names());
    for (const std::string &name : names) {
        if (name.starts_with(kStem) && !is_set_aside(name)) {
            const std::string id = name.substr(kStem.size(), kIdLength);
            if (RunId::parse(id) && name.substr(kStem.size() + id.size(), 1) == ".") {
                runs.insert(id);
            }
        }
    }
    return runs;
}

Result<std::optional<std::string>> remove_leftover(const os::Directory &directory,
                                                   const std::string &run_id,
                                                   const std::string &name) {
    if (has_lost_clusters(directory, name)) {
        INTACT_TRY_ASSIGN(std::string aside, set_aside(directory, run_id, name));
        return aside;
    }
    INTACT_TRY_ASSIGN(const bool is_shared, is_counted_short(directory, name));
    if (is_shared) {
        return std::nullopt;
    }
    auto removed = directory.remove_if_there(name);
    if (!removed && !is_damage(removed.error()) && removed.error().code() != ErrorCode::read_only) {
        return fail(std::move(removed).error());
    }
    return std::nullopt;
}

Result<std::vector<std::string>> remove_leftovers(const os::Directory &directory,
                                                  const std::string &run_id) {
    std::vector<std::string> all_aside;
    INTACT_TRY_ASSIGN(const auto names, hidden_files(directory, run_id));
    for (const std::string &name : names) {
        INTACT_TRY_ASSIGN(auto aside, remove_leftover(directory, run_id, name));
        if (aside) {
            all_aside.push_back(*std::move(aside));
        }
    }
    INTACT_TRY(directory.sync());
    return all_aside;
}

} // namespace intact::destination
