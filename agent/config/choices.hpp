// The words of each enumeration of a job, as TOML spells them, in the order of the enumeration.
#pragma once

#include "config/job.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace intact::config {

inline constexpr std::array<std::string_view, 3> kCompressions{"none", "gzip", "zstd"};
inline constexpr std::array<std::string_view, 3> kStrategies{"auto", "atomic-rename",
                                                             "copy-and-swap"};
inline constexpr std::array<std::string_view, 3> kDepths{"size", "checksum", "archive"};
inline constexpr std::array<std::string_view, 2> kGaps{"run-after", "skip"};
inline constexpr std::array<std::string_view, 2> kDelayKinds{"stable", "fresh"};
inline constexpr std::array<std::string_view, 3> kIoClasses{"as-daemon", "best-effort", "idle"};
inline constexpr std::array<std::string_view, 3> kVerdicts{"success", "warning", "failure"};
inline constexpr std::array<std::string_view, 2> kReactions{"publish", "fail"};
inline constexpr std::array<std::string_view, 8> kSourceTypes{
    "files", "command", "kubernetes", "postgresql", "mysql", "mongodb", "sqlite", "redis"};
inline constexpr std::array<std::string_view, 3> kPodDigests{"auto", "required", "off"};
inline constexpr std::array<std::string_view, 2> kCredentialForms{"path", "content"};

/// The enumerator of a word that is known to be among `words`.
template <typename Enum>
Enum choice_of(std::span<const std::string_view> words, std::string_view word) {
    return static_cast<Enum>(std::find(words.begin(), words.end(), word) - words.begin());
}

} // namespace intact::config
