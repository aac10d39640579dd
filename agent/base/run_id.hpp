// The name of one run: unique, and sorting by name sorts by time. Knows nothing of what runs.
#pragma once

#include "base/clock.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace intact {

/// 26 characters of Crockford's base 32: 48 bits of milliseconds, then 80 random bits
/// (the published ULID layout).
class RunId {
public:
    /// Randomness comes from getrandom(2).
    static RunId make(WallTime now);
    /// Accepts exactly what make() gives, so that a file name can be trusted to be ours.
    static std::optional<RunId> parse(std::string_view text);

    const std::string &str() const { return text_; }
    /// When it was made, to the millisecond.
    WallTime made() const;
    friend bool operator==(const RunId &, const RunId &) = default;

private:
    explicit RunId(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

} // namespace intact
