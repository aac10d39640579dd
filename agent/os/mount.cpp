#include "os/mount.hpp"

#include "os/file.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <fmt/format.h>
#include <limits>
#include <sys/stat.h>

namespace intact::os {
namespace {

constexpr const char *kMountInfo = "/proc/self/mountinfo";

// Blank, tab, newline and backslash come as three octal digits.
std::string decoded(std::string_view field) {
    const auto is_octal = [](char c) { return c >= '0' && c <= '7'; };
    std::string text;
    for (std::size_t at = 0; at < field.size(); ++at) {
        if (field[at] == '\\' && at + 3 < field.size() && is_octal(field[at + 1]) &&
            is_octal(field[at + 2]) && is_octal(field[at + 3])) {
            text += static_cast<char>((field[at + 1] - '0') * 64 + (field[at + 2] - '0') * 8 +
                                      (field[at + 3] - '0'));
            at += 3;
        } else {
            text += field[at];
        }
    }
    return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

bool read_number(std::string_view text, std::uint64_t &number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

void add_options(std::string_view text, Mount &mount) {
    for (const std::string_view option : split(text, ',')) {
        const std::size_t equals = option.find('=');
        mount.options.try_emplace(
            decoded(option.substr(0, equals)),
            equals == std::string_view::npos ? "" : decoded(option.substr(equals + 1)));
    }
}

// ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [TAG]... - TYPE SOURCE SUPER-OPTIONS
bool read_line(std::string_view line, Mount &mount) {
    constexpr std::size_t kFixed = 6;
    const auto fields = split(line, ' ');
    if (fields.size() < kFixed + 4 || !read_number(fields[0], mount.id) ||
        !read_number(fields[1], mount.parent)) {
        return false;
    }
    const auto dash = std::find(fields.begin() + kFixed, fields.end(), "-");
    if (fields.end() - dash < 4) {
        return false;
    }
    mount.device = fields[2];
    mount.root = decoded(fields[3]);
    mount.point = decoded(fields[4]);
    add_options(fields[5], mount);
    mount.type = decoded(dash[1]);
    mount.source = decoded(dash[2]);
    add_options(dash[3], mount);
    return true;
}

// Whether the upper mount shows what would be seen at its point without it.
bool shows_the_same(const Mount &upper, const Mount &lower) {
    const std::string_view point = lower.point == "/" ? "" : std::string_view(lower.point);
    if (upper.device != lower.device || !upper.point.starts_with(point)) {
        return false;
    }
    const std::string below = upper.point == "/" ? "" : upper.point.substr(point.size());
    const std::string there = (lower.root == "/" ? "" : lower.root) + below;
    return upper.root == (there.empty() ? "/" : there);
}

Result<std::string> read_mountinfo() {
    const UniqueFd fd(open(kMountInfo, O_RDONLY | O_CLOEXEC));
    if (!fd) {
        return fail_errno(errno, fmt::format("open {}", kMountInfo));
    }
    return read_to_end(kernel(), fd.get(), kMountInfo, std::numeric_limits<std::size_t>::max());
}

bool lies_at_or_below(std::string_view path, std::string_view point) {
    return point == "/" || path == point ||
           (path.starts_with(point) && path.substr(point.size()).starts_with('/'));
}

} // namespace

std::string Mount::option(const std::string &name) const {
    const auto found = options.find(name);
    return found != options.end() ? found->second : "";
}

Result<std::vector<Mount>> parse_mountinfo(std::string_view text) {
    std::vector<Mount> mounts;
    if (text.ends_with('\n')) {
        text.remove_suffix(1);
    }
    std::size_t number = 0;
    for (const std::string_view line : split(text, '\n')) {
        ++number;
        Mount mount;
        if (!read_line(line, mount)) {
            return fail(ErrorCode::io,
                        fmt::format("{}:{}: not a line of mountinfo", kMountInfo, number));
        }
        mounts.push_back(std::move(mount));
    }
    return mounts;
}

Result<std::vector<Mount>> all_mounts() {
    INTACT_TRY_ASSIGN(const std::string text, read_mountinfo());
    return parse_mountinfo(text);
}

std::string real_point(const Mount &mount, const std::vector<Mount> &mounts) {
    const Mount *upper = &mount;
    // As often as there are mounts: the list is not one snapshot, and ids are used again.
    for (std::size_t step = 0; step < mounts.size(); ++step) {
        const auto lower = std::find_if(mounts.begin(), mounts.end(), [&](const Mount &one) {
            return one.id == upper->parent && one.id != upper->id && shows_the_same(*upper, one);
        });
        if (lower == mounts.end()) {
            break;
        }
        upper = &*lower;
    }
    return upper->point;
}

const Mount *mount_by_path(std::string_view path, const std::vector<Mount> &mounts) {
    const Mount *nearest = nullptr;
    for (const Mount &mount : mounts) {
        // Of mounts over one another the last one is seen.
        if (lies_at_or_below(path, mount.point) &&
            (nearest == nullptr || mount.point.size() >= nearest->point.size())) {
            nearest = &mount;
        }
    }
    return nearest;
}

Result<Mount> mount_of(int fd) {
    struct statx facts{};
    if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &facts) != 0) {
        return fail_errno(errno, "find the mount of a directory");
    }
    // The list is not one snapshot: a line may be missed while another mount goes away.
    constexpr int kLooks = 3;
    for (int look = 0; look < kLooks; ++look) {
        INTACT_TRY_ASSIGN(auto mounts, all_mounts());
        for (Mount &mount : mounts) {
            if (mount.id == facts.stx_mnt_id) {
                mount.point = real_point(mount, mounts);
                return std::move(mount);
            }
        }
    }
    return fail(ErrorCode::io, fmt::format("find the mount of a directory: {} has no mount {}",
                                           kMountInfo, std::uint64_t{facts.stx_mnt_id}));
}

} // namespace intact::os
