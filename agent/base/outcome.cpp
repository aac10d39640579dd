#include "base/outcome.hpp"

#include <array>

namespace intact {
namespace {

constexpr std::array<std::string_view, 6> kNames{
    "running", "success", "warning", "failure", "cancelled", "interrupted",
};

} // namespace

std::string_view name_of(Outcome outcome) {
    return kNames[static_cast<std::size_t>(outcome)];
}

std::optional<Outcome> outcome_named(std::string_view name) {
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        if (kNames[i] == name) {
            return static_cast<Outcome>(i);
        }
    }
    return std::nullopt;
}

} // namespace intact
