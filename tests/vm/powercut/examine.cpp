#include "vm/powercut/examine.hpp"

#include "destination/content.hpp"
#include "destination/recovery.hpp"
#include "destination/set_aside.hpp"
#include "destination/verify.hpp"

#include <fmt/format.h>

namespace intact::powercut {
namespace {

class Examination {
public:
    Examination(const Scene &scene, Reached reached) : scene_(scene), reached_(reached) {}

    Finding run() {
        with_mount([&](const std::string &path) { look(path); });
        if (scene_.tried.is_control()) {
            return std::move(finding_);
        }
        // A mount of its own: FAT may have gone read-only over what was looked at, but shall not
        // over recovery.
        with_mount([&](const std::string &path) { recover(path); });
        // What recovery promised has to be on the disk, not in the cache.
        if (finding_.problems.empty()) {
            scene_.disk.forget_cache();
            with_mount([&](const std::string &path) { check_backup(path, " after a remount"); });
        }
        return std::move(finding_);
    }

private:
    void with_mount(const auto &act) {
        Mount mount(scene_.kind, scene_.disk.device(), scene_.mount_point);
        if (mount.error() != 0) {
            finding_.state = fmt::format("mount: E{}", mount.error());
            finding_.damaged = true;
            problem(finding_.state);
            return;
        }
        act(scene_.directory);
        mount.unmount();
    }

    void problem(std::string text) { finding_.problems.push_back(std::move(text)); }
    void check(const auto &result, std::string_view what) {
        if (!result) {
            problem(fmt::format("{}: {}", what, result.error().message()));
        }
    }

    void look(const std::string &path) {
        const State state = state_of(scene_.tried, path);
        finding_.state = state.text();
        finding_.damaged = state.is_damaged();
        if (scene_.tried.is_control()) {
            return;
        }
        const bool is_fixed = scene_.tried.naming == destination::Naming::fixed;
        switch (reached_) {
        case Reached::staging:
            if (state.final != (is_fixed ? "OLD" : "-") || state.guard != "-") {
                problem("changed before it was staged");
            }
            break;
        case Reached::success:
            if (state.final != "NEW") {
                problem("success was told, and the new backup is not there");
            }
            [[fallthrough]];
        case Reached::staged:
            if (!is_allowed(scene_.tried, scene_.kind, state)) {
                problem("no state that this protocol may leave");
            }
            break;
        }
    }

    void recover(const std::string &path) {
        const auto directory = os::Directory::open(path);
        check(directory, "open");
        const std::string &run = scene_.tried.run.str();
        const auto first =
            destination::recover_run(*directory, run, false, destination::Settling::act, {});
        check(first, "recovery");
        if (first) {
            finding_.set_aside = !first->set_aside.empty() || !first->for_fsck.empty();
        }
        const auto names = directory->names();
        check(names, "list");
        bool is_stuck = false;
        for (const std::string &name : names.value_or(std::vector<std::string>{})) {
            if (!name.starts_with(".intact-" + run) || destination::is_set_aside(name)) {
                continue;
            }
            if (is_another_name_of_the_backup(*directory, name)) {
                is_stuck =
                    true; // while the count of links is one short, to remove it frees the backup
                continue;
            }
            const auto removed = directory->remove(name);
            if (!removed && destination::is_damage(removed.error())) {
                is_stuck = true; // not before fsck
            } else {
                problem("recovery left " + name);
            }
        }
        check_backup(path, "");
        const auto second =
            destination::recover_run(*directory, run, false, destination::Settling::act, {});
        check(second, "second recovery");
        if (second && !is_stuck && second->what != destination::Recovered::nothing) {
            problem("the second recovery found more to do");
        }
    }

    bool is_another_name_of_the_backup(const os::Directory &directory,
                                       const std::string &name) const {
        const auto there = directory.identity(name);
        for (const std::string_view suffix :
             {std::string_view(), destination::kChecksumSuffix, destination::kManifestSuffix}) {
            const auto other = directory.identity(scene_.tried.new_archive() + std::string(suffix));
            if (there && *there && other && *other == *there) {
                return true;
            }
        }
        return false;
    }

    void check_backup(const std::string &path, std::string_view when) {
        const auto directory = os::Directory::open(path);
        check(directory, "open");
        const std::string final = state_of(scene_.tried, path).final;
        if (scene_.tried.naming == destination::Naming::time_stamped) {
            verify(*directory, scene_.tried.old_archive(), when);
            if (final == "-" && reached_ != Reached::success) {
                return;
            }
        } else if (final == "OLD" && reached_ != Reached::success) {
            verify(*directory, scene_.tried.new_archive(), when);
            return;
        }
        if (final != "NEW") {
            problem(fmt::format("recovered{} to {}", when, final));
        }
        verify(*directory, scene_.tried.new_archive(), when);
    }

    void verify(const os::Directory &directory, const std::string &archive, std::string_view when) {
        check(destination::verify_backup(directory,
                                         archive + std::string(destination::kManifestSuffix),
                                         config::VerifyDepth::checksum, {}),
              fmt::format("verify{}", when));
    }

    const Scene &scene_;
    const Reached reached_;
    Finding finding_;
};

} // namespace

Finding examine(const Scene &scene, Reached reached) {
    return Examination(scene, reached).run();
}

} // namespace intact::powercut
