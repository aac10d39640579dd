#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "destination/manifest.hpp"
#include "os/file.hpp"

#include <set>

namespace intact::cli {
namespace {

/// By names alone: somebody waits with a finger on the key. Where this user may not look, or what
/// has names that a line cannot hold, nothing is offered.
void add_backups(const Session &session, const std::string &path, std::set<std::string> &words) {
    const auto directory = os::Directory::open(path, *session.sys);
    const auto names = directory ? directory->names() : fail(directory.error());
    for (const std::string &name : names.value_or(std::vector<std::string>())) {
        if (!name.starts_with('.') && name.ends_with(destination::kManifestSuffix) &&
            name.find('\n') == std::string::npos) {
            words.insert(name.substr(0, name.size() - destination::kManifestSuffix.size()));
        }
    }
}

} // namespace

int complete(const Session &session, const CompleteArguments &arguments) {
    std::set<std::string> words;
    for (const config::LoadedJob &loaded : config::load(session.places()).jobs) {
        if (arguments.offer == Offer::jobs) {
            words.insert(loaded.job.name);
        } else {
            add_backups(session, loaded.job.destination.path, words);
        }
    }
    for (const std::string &word : words) {
        print(word + "\n");
    }
    return 0;
}

} // namespace intact::cli
