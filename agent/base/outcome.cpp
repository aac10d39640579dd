#include "base/outcome.hpp"

#include <array>

namespace intact {
namespace {

constexpr std::array<std::string_view, 6> kOutcomeNames{
    "running", "success", "warning", "failure", "cancelled", "interrupted",
};

} // namespace

std::string_view name_of(Outcome outcome) {
    return kOutcomeNames[static_cast<std::size_t>(outcome)];
}

std::optional<Outcome> outcome_named(std::string_view name) {
    for (std::size_t i = 0; i < kOutcomeNames.size(); ++i) {
        if (kOutcomeNames[i] == name) {
            return static_cast<Outcome>(i);
        }
    }
    return std::nullopt;
}

} // namespace intact
