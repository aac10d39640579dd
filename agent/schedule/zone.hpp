// Time zones: local time to instants and back, by the rules on this host. Knows no calendar.
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace intact::schedule {

/// A point in time, to the microsecond, as systemd counts it.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;
/// What a clock on the wall shows in some zone.
using LocalTime = std::chrono::local_time<std::chrono::microseconds>;

/// How often a clock on the wall shows a time.
enum class Shown { once, never, twice };

struct Meeting {
    Shown shown = Shown::once;
    Instant first;  ///< never: when the clock jumped over it
    Instant second; ///< differs from `first` only if it is shown twice
};

/// When the clock on the wall next skips some time.
struct Gap {
    Instant at;
    LocalTime begin; ///< the first time that is not shown
    LocalTime end;   ///< the first that is shown again
};

/// One zone's rules, shared and immutable: any thread.
class Zone {
public:
    /// "UTC" in any case, or a name below /usr/share/zoneinfo. An abbreviation, which names a zone
    /// for half of the year or several zones, is refused. Errors: not_found, with a hint.
    static Result<Zone> named(std::string_view name);
    /// $TZ, else /etc/localtime.
    static Zone host();

    /// "Europe/Berlin".
    const std::string &name() const;
    LocalTime local(Instant instant) const;
    struct Shows {
        LocalTime local;
        bool is_summer = false;
    };
    Shows shows(Instant instant) const;
    /// RFC 3339 with the offset: "2026-10-25T02:30:00+02:00"; a fraction only if there is one.
    std::string text(Instant instant) const;
    /// RFC 3339, or "2026-10-25[ T]02:30[:00]" or "2026-10-25" by the clock of this zone.
    std::optional<Instant> read(std::string_view text) const;
    /// Seconds east of Greenwich.
    std::chrono::seconds offset(Instant instant) const;
    Meeting meeting(LocalTime local) const;
    /// The first gap that begins in (after, until].
    std::optional<Gap> next_gap(Instant after, Instant until) const;

private:
    struct Rules;
    explicit Zone(std::shared_ptr<const Rules> rules) : rules_(std::move(rules)) {}
    std::shared_ptr<const Rules> rules_;
};

/// RFC 3339: "2026-10-25T00:30:00Z".
std::string utc_text(Instant instant);

} // namespace intact::schedule
