#include "base/warning.hpp"

#include <array>

namespace intact {
namespace {

constexpr std::array<std::string_view, kWarningKinds> kWarningNames{
    "unreadable", "vanished",    "changed",  "shrank",     "truncated", "unsupported",
    "metadata",   "destination", "excluded", "durability", "hook",      "exit_status",
    "message",    "mount",       "degraded", "suspicious",
};

} // namespace

std::string_view name_of(WarningKind kind) {
    return kWarningNames[static_cast<std::size_t>(kind)];
}

std::optional<WarningKind> warning_kind_named(std::string_view name) {
    for (std::size_t i = 0; i < kWarningNames.size(); ++i) {
        if (kWarningNames[i] == name) {
            return static_cast<WarningKind>(i);
        }
    }
    return std::nullopt;
}

} // namespace intact
