#include "base/quantity.hpp"
#include "base/text.hpp"
#include "cli/choose_jobs.hpp"
#include "cli/table.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"

#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace intact::cli {
namespace {

using schedule::Instant;
using schedule::SlotKind;
using schedule::Timetable;
using schedule::Zone;

struct Listing {
    std::vector<schedule::Slot> slots;
    std::vector<schedule::Skipped> skipped; ///< between the first instant and the last slot
};

struct Remark {
    std::string_view word; ///< for programs
    std::string_view note; ///< for people
};

/// In the order of SlotKind.
constexpr std::array<Remark, 4> kRemarks{{
    {"", ""},
    {"after-gap", "in place of a time that the clock skips"},
    {"first-of-two", "the clock shows this time twice: the first"},
    {"second-of-two", "the clock shows this time twice: the second"},
}};

const Remark &remark_on(SlotKind kind) {
    return kRemarks.at(static_cast<std::size_t>(kind));
}

Listing list_slots(const Timetable &timetable, Instant from, std::uint64_t count) {
    Listing listing;
    for (auto slot = timetable.next(from); slot && listing.slots.size() < count;
         slot = timetable.next(slot->at)) {
        listing.slots.push_back(*slot);
    }
    if (timetable.gaps() == schedule::DstGap::skip && !listing.slots.empty()) {
        for (auto lost = timetable.skipped(from, listing.slots.back().at); lost;
             lost = timetable.skipped(lost->gap.at, listing.slots.back().at)) {
            listing.skipped.push_back(*lost);
        }
    }
    return listing;
}

std::string wall_text(schedule::LocalTime time) {
    // A zone without changes shows any local time as it is.
    const std::string text =
        Zone::named("UTC").value().text(Instant(time.time_since_epoch())).substr(0, 16);
    return text.substr(0, 10) + " " + text.substr(11);
}

void warn_of_skipped(const Listing &listing) {
    for (const schedule::Skipped &lost : listing.skipped) {
        print_warning(fmt::format("no run at {}: the clock goes from {} to {}",
                                  wall_text(lost.wanted), wall_text(lost.gap.begin).substr(11),
                                  wall_text(lost.gap.end).substr(11)));
    }
}

void add_json(nlohmann::ordered_json &array, const Listing &listing, const Zone &zone,
              const std::string &job) {
    for (const schedule::Slot &slot : listing.slots) {
        nlohmann::ordered_json one = nlohmann::ordered_json::object();
        if (!job.empty()) {
            one["job"] = job;
        }
        one["utc"] = schedule::utc_text(slot.at);
        one["local"] = zone.text(slot.at);
        one["zone"] = zone.name();
        if (slot.kind != SlotKind::usual) {
            one["note"] = remark_on(slot.kind).word;
        }
        array.push_back(std::move(one));
    }
}

void print_listing(const Listing &listing, const Timetable &timetable, const std::string &title) {
    print(title + "\n");
    if (listing.slots.empty()) {
        print("  never again\n");
        return;
    }
    Table table({{"  LOCAL"}, {"UTC"}, {"NOTE"}});
    for (const schedule::Slot &slot : listing.slots) {
        table.add({"  " + timetable.zone().text(slot.at), schedule::utc_text(slot.at),
                   std::string(remark_on(slot.kind).note)});
    }
    print(table.render());
    warn_of_skipped(listing);
}

std::string title_of(const Timetable &timetable) {
    std::string text;
    for (const schedule::Calendar &calendar : timetable.calendars()) {
        text += (text.empty() ? "" : "; ") + calendar.normal_form();
    }
    return text + ", in " + timetable.zone().name();
}

Result<Instant> begin_of(const ScheduleArguments &arguments, const Zone &zone) {
    if (arguments.from.empty()) {
        return std::chrono::floor<std::chrono::microseconds>(system_clock().now());
    }
    const auto from = zone.read(arguments.from);
    if (!from) {
        return fail(Error(ErrorCode::usage,
                          fmt::format("--from: '{}' is no time", one_line(arguments.from)))
                        .with_hint("write it as 2026-10-25T01:00:00Z, or by the clock of the "
                                   "schedule's zone as \"2026-10-25 01:00\""));
    }
    return *from;
}

Result<Timetable> timetable_asked_for(const ScheduleArguments &arguments) {
    std::vector<schedule::Calendar> calendars;
    for (const std::string &text : arguments.calendars) {
        auto calendar = schedule::Calendar::parse(text);
        if (!calendar) {
            const schedule::CalendarError &error = calendar.error();
            return fail(
                Error(ErrorCode::usage, fmt::format("--calendar: '{}' {} (at character {})",
                                                    one_line(text), error.message, error.at + 1))
                    .with_hint(error.hint.empty() ? "see systemd.time(7), CALENDAR EVENTS"
                                                  : error.hint));
        }
        calendars.push_back(*std::move(calendar));
    }
    Zone zone = Zone::host();
    if (!arguments.timezone.empty()) {
        auto named = Zone::named(arguments.timezone);
        if (!named) {
            return fail(std::move(named).error().with_code(ErrorCode::usage).within("--timezone"));
        }
        zone = *std::move(named);
    }
    return Timetable(std::move(calendars), std::move(zone), arguments.dst_gap);
}

int show_expression(const ScheduleArguments &arguments) {
    const auto timetable = timetable_asked_for(arguments);
    if (!timetable) {
        return print_error(timetable.error());
    }
    const auto from = begin_of(arguments, timetable->zone());
    if (!from) {
        return print_error(from.error());
    }
    const Listing listing = list_slots(*timetable, *from, arguments.iterations);
    if (arguments.form == Form::json) {
        nlohmann::ordered_json array = nlohmann::ordered_json::array();
        add_json(array, listing, timetable->zone(), "");
        print(array.dump(2) + "\n");
        warn_of_skipped(listing);
    } else {
        print_listing(listing, *timetable, title_of(*timetable));
    }
    return 0;
}

/// Of a job, as it stands above its times.
std::string title_of(const config::Job &job, const Timetable &timetable) {
    std::string title = fmt::format("{}: {}", job.name, title_of(timetable));
    if (job.schedule->random_delay.count() > 0) {
        title += fmt::format(", up to {} later", format_duration(job.schedule->random_delay));
    }
    return job.enabled ? title : title + " (enabled = false)";
}

} // namespace

int show_schedule(const Session &session, const ScheduleArguments &arguments) {
    if (!arguments.calendars.empty()) {
        return show_expression(arguments);
    }
    const config::Configuration configuration = config::load(session.places());
    if (!arguments.job.empty()) {
        const auto job = choose_job(configuration, arguments.job);
        if (!job) {
            return print_error(job.error());
        }
        if (!(*job)->schedule) {
            print_aside(
                fmt::format("job '{}' has no [schedule]: it runs by hand only\n", arguments.job));
        }
    }
    nlohmann::ordered_json array = nlohmann::ordered_json::array();
    for (const config::LoadedJob &loaded : configuration.jobs) {
        const config::Job &job = loaded.job;
        if (!job.schedule || (!arguments.job.empty() && job.name != arguments.job)) {
            continue;
        }
        const Timetable timetable = config::timetable_of(*job.schedule);
        const auto from = begin_of(arguments, timetable.zone());
        if (!from) {
            return print_error(from.error());
        }
        const Listing listing = list_slots(timetable, *from, arguments.iterations);
        if (arguments.form == Form::json) {
            add_json(array, listing, timetable.zone(), job.name);
        } else {
            print_listing(listing, timetable, title_of(job, timetable));
        }
    }
    if (arguments.form == Form::json) {
        print(array.dump(2) + "\n");
    }
    if (!arguments.job.empty()) {
        return 0;
    }
    warn_about_broken(configuration);
    return show_common_errors(configuration);
}

} // namespace intact::cli
