// How a run ended, in the words used everywhere: manifest, catalog, JSON, metrics, manual.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace intact {

enum class Outcome : std::uint8_t {
    running,
    success,
    warning,     ///< published, but partial: the warnings say what is missing
    failure,     ///< nothing was published, the previous backup is as it was
    cancelled,   ///< stopped by a person or a service manager
    interrupted, ///< the process died; found out later
};

std::string_view name_of(Outcome outcome);
std::optional<Outcome> outcome_named(std::string_view name);

} // namespace intact
