#include "checkup/unit.hpp"

#include "base/shell_words.hpp"
#include "os/process.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <poll.h>
#include <unistd.h>

namespace intact::checkup {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPatience = std::chrono::seconds(10);
constexpr std::size_t kLongestAnswer = 1U << 20;
constexpr const char *kProperties =
    "--property=LoadState,ActiveState,SubState,UnitFileState,NeedDaemonReload,User,Environment,"
    "AmbientCapabilities,CapabilityBoundingSet,StateDirectory,ProtectSystem,ProtectHome,PrivateTmp,"
    "PrivateDevices,PrivateNetwork,ReadWritePaths,ReadOnlyPaths,InaccessiblePaths,"
    "TemporaryFileSystem";

/// What it writes until it closes its output; nothing when that takes too long.
std::optional<std::string> output_of(const os::Process &process) {
    const Steady::time_point end = Steady::now() + kPatience;
    std::string text;
    std::array<char, 4096> buffer{};
    while (text.size() < kLongestAnswer) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Steady::now());
        pollfd ready{process.stdout_fd(), POLLIN, 0};
        if (left.count() <= 0 || poll(&ready, 1, static_cast<int>(left.count())) <= 0) {
            return std::nullopt;
        }
        const ssize_t count = read(process.stdout_fd(), buffer.data(), buffer.size());
        if (count <= 0) {
            return count == 0 ? std::optional(text) : std::nullopt;
        }
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return std::nullopt;
}

} // namespace

Unit Unit::parse(std::string_view shown) {
    Unit unit;
    while (!shown.empty()) {
        const std::string_view line = shown.substr(0, shown.find('\n'));
        if (const std::size_t equals = line.find('='); equals != std::string_view::npos) {
            unit.properties_[std::string(line.substr(0, equals))] = line.substr(equals + 1);
        }
        shown.remove_prefix(std::min(line.size() + 1, shown.size()));
    }
    return unit;
}

std::string Unit::property(const std::string &name) const {
    const auto found = properties_.find(name);
    return found == properties_.end() ? "" : found->second;
}

bool Unit::is(const std::string &name, std::string_view value) const {
    return property(name) == value;
}

std::vector<std::string> Unit::paths(const std::string &name) const {
    std::vector<std::string> paths;
    for (const std::string &word :
         split_words(property(name)).value_or(std::vector<std::string>())) {
        const std::size_t slash = word.find('/');
        if (slash != std::string::npos) {
            // TemporaryFileSystem= has options after a ':'.
            paths.push_back(word.substr(slash, word.find(':') - slash));
        }
    }
    return paths;
}

std::string Unit::program_path() const {
    constexpr std::string_view kVariable = "PATH=";
    std::string path(os::kDefaultPath);
    for (const std::string &word :
         split_words(property("Environment")).value_or(std::vector<std::string>())) {
        if (word.starts_with(kVariable)) {
            path = word.substr(kVariable.size());
        }
    }
    return path;
}

std::optional<Unit> ask_for_unit() {
    os::Spawn spawn{{"systemctl", "show", "--no-pager", kProperties, kUnit},
                    os::clean_environment()};
    spawn.capabilities = os::Spawn::Capabilities::dropped;
    auto process = os::Process::start(spawn);
    const auto shown = process ? output_of(*process) : std::nullopt;
    if (!shown) {
        return std::nullopt;
    }
    pollfd ended{process->pidfd(), POLLIN, 0};
    poll(&ended, 1, static_cast<int>(kPatience.count()));
    if (!process->end(std::chrono::milliseconds(0)).success()) {
        return std::nullopt;
    }
    return Unit::parse(*shown);
}

} // namespace intact::checkup
