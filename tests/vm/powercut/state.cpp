#include "vm/powercut/state.hpp"

#include "vm/powercut/rig.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <set>
#include <unistd.h>

namespace intact::powercut {
namespace {

std::string error_text(int error) {
    return error == ENOENT ? "-" : error == EIO ? "EIO" : "E" + std::to_string(error);
}

std::string content_text(const std::string &path) {
    const os::UniqueFd fd(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) {
        return error_text(errno);
    }
    std::string content;
    std::array<char, 65536> buffer{};
    for (;;) {
        const ssize_t count = read(fd.get(), buffer.data(), buffer.size());
        if (count < 0) {
            return error_text(errno);
        }
        if (count == 0) {
            break;
        }
        content.append(buffer.data(), static_cast<std::size_t>(count));
        if (content.size() > new_content().size()) {
            return "BAD";
        }
    }
    return content.empty()            ? "EMPTY"
           : content == old_content() ? "OLD"
           : content == new_content() ? "NEW"
                                      : "BAD";
}

struct Rule {
    destination::Naming naming;
    destination::Variant variant;
    std::string filesystem; ///< by mount(2); empty: all others
    std::set<std::string> states;
};

using destination::Naming;
using destination::Variant;

// filesystems.md §3c gives what the protocols leave. Ours differ from it so:
// - 'rename' exchanges, so that the replaced backup lies under the staged name (NEW/OLD) until it
//   is settled: I1 and I2 hold as they do for one rename over the other.
// - A name of its own has no previous file, so I1 allows it to be absent and I2 is about a backup
//   that nobody has been told of: -/- loses a run, never a backup. FAT and exFAT may lose both
//   entries of a rename, and ext without a journal both of a link. The backup before it is verified
//   beside every one of these.
// - There FAT may also leave two entries for one chain (NEW/NEW, or EMPTY/NEW before the size is
//   written): I1 names EMPTY as its exception at a first publication.
const std::array kRules{
    Rule{Naming::fixed, Variant::rename, "", {"OLD/NEW/-", "NEW/OLD/-", "NEW/-/-"}},
    Rule{Naming::fixed,
         Variant::link_guard,
         "",
         {"OLD/NEW/-", "OLD/NEW/OLD", "NEW/-/OLD", "NEW/-/-", "NEW/-/E117"}},
    Rule{Naming::fixed,
         Variant::exchange,
         "vfat",
         {"OLD/NEW/-", "NEW/NEW/-", "NEW/OLD/-", "NEW/-/-", "NEW/EIO/-"}},
    Rule{Naming::fixed,
         Variant::held_rename,
         "vfat",
         {"OLD/NEW/-", "OLD/-/-", "NEW/NEW/-", "NEW/-/-"}},
    Rule{Naming::fixed,
         Variant::two_step,
         "",
         {"OLD/NEW/-", "OLD/NEW/EMPTY", "OLD/NEW/OLD", "-/NEW/-", "-/NEW/EMPTY", "-/NEW/OLD",
          "-/-/OLD", "EMPTY/-/OLD", "EMPTY/NEW/OLD", "NEW/NEW/OLD", "NEW/-/OLD", "NEW/-/-",
          "NEW/-/EIO"}},
    Rule{Naming::time_stamped, Variant::rename, "", {"-/NEW/-", "NEW/-/-"}},
    Rule{Naming::time_stamped,
         Variant::exchange,
         "vfat",
         {"-/NEW/-", "NEW/-/-", "EMPTY/-/-", "NEW/NEW/-", "EMPTY/NEW/-", "-/-/-"}},
    Rule{Naming::time_stamped, Variant::two_step, "", {"-/NEW/-", "NEW/-/-", "-/-/-"}},
    Rule{Naming::time_stamped,
         Variant::link_guard,
         "ext4",
         {"-/NEW/-", "NEW/NEW/-", "NEW/-/-", "NEW/E117/-", "-/-/-"}},
};

} // namespace

bool State::has_whole_copy() const {
    const auto is_whole = [](const std::string &name) { return name == "OLD" || name == "NEW"; };
    return is_whole(final) || is_whole(staged) || is_whole(guard);
}

State state_of(const Case &tried, const std::string &path) {
    return {content_text(path + "/" + tried.new_archive()),
            content_text(path + "/" + tried.staged()), content_text(path + "/" + tried.guard())};
}

bool State::is_damaged() const {
    return final == "EIO" || final == "E117" || !has_whole_copy();
}

bool is_allowed(const Case &tried, const FilesystemKind &kind, const State &state) {
    const auto rule = std::find_if(kRules.begin(), kRules.end(), [&](const Rule &candidate) {
        return candidate.naming == tried.naming && candidate.variant == tried.variant &&
               (candidate.filesystem.empty() || candidate.filesystem == kind.type);
    });
    if (rule == kRules.end()) {
        throw RigError("no states are known for this protocol on " + kind.name);
    }
    return rule->states.contains(state.text());
}

} // namespace intact::powercut
