#include "schedule/zone.hpp"

#include "base/text.hpp"

#include <absl/time/civil_time.h>
#include <absl/time/time.h>
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <sys/stat.h>

namespace intact::schedule {
namespace {

using std::chrono::floor;
using std::chrono::microseconds;
using std::chrono::seconds;

constexpr std::string_view kZones = "/usr/share/zoneinfo/";

const absl::CivilSecond kEpoch(1970, 1, 1);

absl::CivilSecond civil(LocalTime local) {
    return kEpoch + floor<seconds>(local).time_since_epoch().count();
}

LocalTime local_of(const absl::CivilSecond &civil, microseconds rest = {}) {
    return LocalTime(seconds(civil - kEpoch)) + rest;
}

absl::Time time_of(Instant instant) {
    return absl::FromUnixMicros(instant.time_since_epoch().count());
}

Instant instant_of(absl::Time time) {
    return Instant(microseconds(absl::ToUnixMicros(time)));
}

bool is_abbreviation(std::string_view name) {
    return name.size() >= 2 && name.size() <= 5 &&
           std::all_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool has_file(std::string_view name) {
    struct stat status{};
    return !name.starts_with('/') && name.find("..") == std::string_view::npos &&
           stat((std::string(kZones) + std::string(name)).c_str(), &status) == 0 &&
           S_ISREG(status.st_mode);
}

// The link says which zone it is.
std::string name_of_localtime() {
    std::error_code error;
    const std::string path = std::filesystem::read_symlink("/etc/localtime", error).string();
    constexpr std::string_view kFolder = "zoneinfo/";
    const std::size_t at = path.rfind(kFolder);
    return error || at == std::string::npos ? "localtime" : path.substr(at + kFolder.size());
}

Error unknown(std::string_view name) {
    Error error(ErrorCode::not_found,
                fmt::format("no time zone '{}' on this host", one_line(name)));
    if (is_abbreviation(name)) {
        return std::move(error).with_hint(
            "an abbreviation does not tell a zone's summer time: write \"UTC\", or a place such "
            "as \"Europe/Berlin\"");
    }
    if (name.starts_with('+') || name.starts_with('-')) {
        return std::move(error).with_hint(
            "an offset is no zone: write \"UTC\", or a place such as \"Europe/Berlin\"");
    }
    return std::move(error).with_hint(
        "use a name such as \"Europe/Berlin\" or \"UTC\"; 'timedatectl "
        "list-timezones' shows them (Debian package tzdata)");
}

} // namespace

struct Zone::Rules {
    absl::TimeZone zone;
    std::string name;
};

Result<Zone> Zone::named(std::string_view name) {
    if (is_same_word(name, "UTC")) {
        return Zone(std::make_shared<const Rules>(Rules{absl::UTCTimeZone(), "UTC"}));
    }
    const bool is_known_word = name == "ROC" || name == "ROK" || name == "PRC" || name == "UCT";
    absl::TimeZone zone;
    if ((is_abbreviation(name) && !is_known_word) || !has_file(name) ||
        !absl::LoadTimeZone(std::string(name), &zone)) {
        return fail(unknown(name));
    }
    return Zone(std::make_shared<const Rules>(Rules{zone, std::string(name)}));
}

Zone Zone::host() {
    absl::TimeZone zone = absl::LocalTimeZone();
    std::string name = zone.name();
    if (name == "localtime") {
        // By its own name where it has one: what "localtime" was is kept for as long as the process
        // lives, also when the host moves.
        name = name_of_localtime();
        [[maybe_unused]] const bool has_own = absl::LoadTimeZone(name, &zone);
    }
    return Zone(std::make_shared<const Rules>(Rules{zone, std::move(name)}));
}

const std::string &Zone::name() const {
    return rules_->name;
}

LocalTime Zone::local(Instant instant) const {
    return shows(instant).local;
}

Zone::Shows Zone::shows(Instant instant) const {
    const auto whole = floor<seconds>(instant);
    const auto info = rules_->zone.At(time_of(instant));
    return {local_of(info.cs, instant - whole), info.is_dst};
}

seconds Zone::offset(Instant instant) const {
    return seconds(rules_->zone.At(time_of(instant)).offset);
}

std::string Zone::text(Instant instant) const {
    return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E*S%Ez", time_of(instant), rules_->zone);
}

std::optional<Instant> Zone::read(std::string_view text) const {
    absl::Time time;
    for (const char *form :
         {"%Y-%m-%d%ET%H:%M:%E*S%Ez", "%Y-%m-%d%ET%H:%M:%E*S", "%Y-%m-%d%ET%H:%M",
          "%Y-%m-%d %H:%M:%E*S", "%Y-%m-%d %H:%M", "%Y-%m-%d"}) {
        if (absl::ParseTime(form, std::string(text), rules_->zone, &time, nullptr)) {
            return instant_of(time);
        }
    }
    return std::nullopt;
}

std::string utc_text(Instant instant) {
    return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E*SZ", time_of(instant), absl::UTCTimeZone());
}

Meeting Zone::meeting(LocalTime local) const {
    const auto info = rules_->zone.At(civil(local));
    const microseconds rest = local - floor<seconds>(local);
    switch (info.kind) {
    case absl::TimeZone::TimeInfo::SKIPPED:
        return {Shown::never, instant_of(info.trans), instant_of(info.trans)};
    case absl::TimeZone::TimeInfo::REPEATED:
        return {Shown::twice, instant_of(info.pre) + rest, instant_of(info.post) + rest};
    case absl::TimeZone::TimeInfo::UNIQUE:
        break;
    }
    return {Shown::once, instant_of(info.pre) + rest, instant_of(info.pre) + rest};
}

std::optional<Gap> Zone::next_gap(Instant after, Instant until) const {
    absl::TimeZone::CivilTransition transition;
    for (absl::Time at = time_of(after); rules_->zone.NextTransition(at, &transition);) {
        at = rules_->zone.At(transition.to).trans;
        if (instant_of(at) > until) {
            return std::nullopt;
        }
        if (transition.from < transition.to) {
            return Gap{instant_of(at), local_of(transition.from), local_of(transition.to)};
        }
    }
    return std::nullopt;
}

} // namespace intact::schedule
