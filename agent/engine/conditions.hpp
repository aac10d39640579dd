// Whether this is a time for a scheduled run, as its job sees it: what does not hold keeps it from
// beginning, and is no failure.
#pragma once

#include "base/error.hpp"
#include "config/job.hpp"

#include <optional>
#include <string>

namespace intact::engine {

/// Where the kernel tells of what the conditions ask; tests have their own.
struct ConditionFacts {
    std::string power_supplies = "/sys/class/power_supply";
};

struct HeldBack {
    std::string reason; ///< one word, the key's: "ac_power"
    std::string text;
};

/// The first condition that does not hold. Errors: io, permission_denied, not_found where that
/// cannot be told. Thread: any; may wait for the destination's server.
Result<std::optional<HeldBack>> check_conditions(const config::Job &job,
                                                 const ConditionFacts &facts = {});

} // namespace intact::engine
