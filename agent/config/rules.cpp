#include "config/rules.hpp"

#include "config/choices.hpp"
#include "config/overlap.hpp"
#include "config/settings.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace intact::config {
namespace {

constexpr std::string_view kDefaultPlace = "/var/backups/intact/";
constexpr int kBestGzip = 9;

/// Where to point for a key that is not there: its table, else the file.
Span place_for_missing(const Effective &values, std::string_view table) {
    const auto found = values.job().tables.find(table);
    return found == values.job().tables.end() ? Span{} : found->second;
}

void check_level(const Effective &values, Remarks &remarks) {
    const Effective::Found level = level_of(values);
    if (level.value == nullptr || level.layer != &values.job()) {
        return;
    }
    const Compression compression = compression_of(values);
    const std::int64_t number = Effective::value_as<std::int64_t>(level);
    if (compression == Compression::none) {
        remarks.add(
            Code::contradiction, level.value->key,
            {"'archive.level' says nothing with compression = \"none\"", "leave it out", ""});
    } else if (compression == Compression::gzip && number > kBestGzip) {
        remarks.add(
            Code::out_of_range, level.value->span,
            {fmt::format("'archive.level' must be from 1 to 9 for gzip, not {}", number), "", ""});
    }
}

void check_pod_and_selector(const Layer &layer, Remarks &remarks) {
    const Value *pod = layer.find("source.pod");
    const Value *selector = layer.find("source.selector");
    if (pod == nullptr || selector == nullptr) {
        return;
    }
    const auto place = [](const Value *value) {
        return std::pair(value->key.line, value->key.column);
    };
    const Value *second = place(pod) < place(selector) ? selector : pod;
    remarks.add(Code::contradiction, second->key,
                {"'source.pod' and 'source.selector' exclude each other", "keep one of them", ""});
}

void require_type(const Effective &values, Remarks &remarks) {
    if (values.is_mentioned("source.type")) {
        return;
    }
    Remark remark{"'source.type' is missing", "",
                  fmt::format("type = \"{}\"", fmt::join(kSourceTypes, "\", \""))};
    for (const auto &[word, key] : {std::pair("files", "source.paths"),
                                    {"command", "source.command"},
                                    {"kubernetes", "source.pod"},
                                    {"kubernetes", "source.selector"},
                                    {"sqlite", "source.file"}}) {
        if (values.job().mentioned.contains(key)) {
            remark.label = fmt::format("add type = \"{}\"", word);
        }
    }
    const Span place = place_for_missing(values, "source");
    if (place.line == 0) {
        remark.message = "[source] is missing: the job does not say what to back up";
    }
    remarks.add(Code::missing_key, place, std::move(remark));
}

std::string names_of(SourceTypes types) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < kSourceTypes.size(); ++i) {
        if ((types & (1U << i)) != 0) {
            names.push_back(fmt::format("\"{}\"", kSourceTypes[i]));
        }
    }
    const std::string last = names.back();
    names.pop_back();
    return names.empty() ? last : fmt::format("{} and {}", fmt::join(names, ", "), last);
}

void check_keys_of_type(const Effective &values, SourceType type, Remarks &remarks) {
    for (const Key &key : job_keys().all()) {
        if (key.used_by == 0) {
            continue;
        }
        const bool is_used = (key.used_by & only(type)) != 0;
        if (const Value *value = values.job().find(key.name); value != nullptr && !is_used) {
            remarks.add(Code::foreign_key, value->key,
                        {fmt::format("'{}' is for type {}, but this source has type = \"{}\"",
                                     key.name, names_of(key.used_by), name_of(type)),
                         "", ""});
        }
        if ((key.required_by & only(type)) != 0 && !values.is_mentioned(key.name)) {
            remarks.add(Code::missing_key, place_for_missing(values, "source"),
                        {fmt::format("'{}' is missing", key.name), "",
                         fmt::format("a source of type \"{}\" needs it", name_of(type))});
        }
    }
}

void check_command(std::string_view key, const Effective &values, Remarks &remarks) {
    const Effective::Found found = values.find(key);
    const auto argv = Effective::value_as<std::vector<std::string>>(found);
    if (found.layer == &values.job() && !argv.empty() && argv.front().empty()) {
        remarks.add(
            Code::bad_text, found.value->span,
            {fmt::format("'{}' must start with a program", key), "the first text is empty", ""});
    }
}

void check_stream_format(const Effective &values, Remarks &remarks) {
    const formats::Format format = format_of(values);
    const Effective::Found found = values.find("source.format");
    const bool is_own = found.layer == &values.job();
    const Span place = is_own ? found.value->span : place_for_missing(values, "source");
    if (format.kind == formats::Kind::regex) {
        if (!values.is_mentioned("source.end_pattern")) {
            remarks.add(Code::missing_key, place,
                        {"'source.end_pattern' is missing", "",
                         "format \"regex\" needs it: what stands at the end of the output"});
        }
        return;
    }
    for (const std::string_view key : {"source.end_pattern", "source.end_window"}) {
        if (const Value *value = values.job().find(key); value != nullptr) {
            remarks.add(Code::contradiction, value->key,
                        {fmt::format("'{}' is for format \"regex\", but this source has format = "
                                     "\"{}\"",
                                     key, format.name()),
                         "", ""});
        }
    }
    if (format.kind == formats::Kind::raw) {
        remarks.add(Code::nothing_proven, place,
                    {"the output is taken as \"raw\": if it is cut, nothing shows it", "",
                     "say what it is by source.format=, or let \"auto\" find out"});
    }
}

/// Where a key stands in the job's own file, else where its table does.
Span place_of(const Effective &values, std::string_view key) {
    const Value *own = values.job().find(key);
    return own != nullptr ? own->key : place_for_missing(values, key.substr(0, key.find('.')));
}

void check_countable(const Effective &values, Remarks &remarks) {
    const formats::Format format = format_of(values);
    if (values.get<std::int64_t>("expect.min_entries") > 0 && !formats::has_entries(format.kind)) {
        remarks.add(
            Code::nothing_counted, place_of(values, "expect.min_entries"),
            {fmt::format("'expect.min_entries' makes each backup suspicious: format \"{}\" has no "
                         "entries",
                         format.name()),
             "", "expect.min_size and expect.max_shrink need none"});
    }
}

void check_kept(const Effective &values, Remarks &remarks) {
    const Reactions reactions = reactions_of(values);
    const auto reaction = reactions.find(WarningKind::suspicious);
    const bool is_refused = reaction != reactions.end() && reaction->second == Reaction::fail;
    const bool is_fixed =
        values.get<std::string>("destination.name").find("{time}") == std::string::npos;
    if (!is_fixed || is_refused) {
        return;
    }
    for (const auto &[key, is_asked] :
         {std::pair("expect.min_size", values.get<std::uint64_t>("expect.min_size") > 0),
          {"expect.max_shrink", !values.get<std::string>("expect.max_shrink").empty()},
          {"expect.min_entries", values.get<std::int64_t>("expect.min_entries") > 0}}) {
        if (is_asked) {
            remarks.add(Code::nothing_kept, place_of(values, key),
                        {"a suspicious backup takes the place of the last good one: "
                         "'destination.name' has no {time}",
                         "", "suspicious = \"fail\" in [on_warning] keeps the good one"});
            return;
        }
    }
}

void check_hooks(const Effective &values, Remarks &remarks) {
    for (const std::string_view key :
         {"hooks.before", "hooks.after", "hooks.on_failure", "hooks.on_success"}) {
        check_command(key, values, remarks);
    }
}

void check_pod(const Effective &values, Remarks &remarks) {
    check_pod_and_selector(values.job(), remarks);
    if (!values.is_mentioned("source.pod") && !values.is_mentioned("source.selector")) {
        remarks.add(Code::missing_key, place_for_missing(values, "source"),
                    {"'source.pod' is missing", "",
                     "name the pod, or give a selector such as \"app=postgres\""});
    }
}

void check_server(const Effective &values, Remarks &remarks) {
    const Value *socket = values.job().find("source.socket");
    if (socket != nullptr && !values.get<std::string>("source.socket").empty() &&
        !values.get<std::string>("source.host").empty()) {
        remarks.add(
            Code::contradiction, socket->key,
            {"'source.socket' and 'source.host' exclude each other", "keep one of them", ""});
    }
}

void check_schedule(const Effective &values, Remarks &remarks) {
    const auto table = values.job().tables.find("schedule");
    if (table != values.job().tables.end() && !values.is_mentioned("schedule.calendar")) {
        remarks.add(Code::missing_key, table->second,
                    {"'schedule.calendar' is missing", "",
                     "say when, as in calendar = \"daily\", or leave [schedule] out"});
    }
}

void check_overlap(const std::string &name, const Effective &values, Remarks &remarks) {
    const auto paths = values.get<std::vector<std::string>>("source.paths");
    const auto exclude = values.get<std::vector<std::string>>("source.exclude");
    const std::string destination = destination_path_of(name, values);
    const std::optional<std::string> around = path_around(destination, paths, exclude);
    if (!around) {
        return;
    }
    const Value *own = values.job().find("destination.path");
    own = own != nullptr ? own : values.job().find("source.paths");
    remarks.add(
        Code::destination_in_source, own == nullptr ? Span{} : own->span,
        {fmt::format("the destination {} lies inside {}, which is backed up", ticked(destination),
                     ticked(*around)),
         "",
         plain_path(destination) == plain_path(*around)
             ? "name another destination, or each backup holds the ones before it"
             : fmt::format(
                   "add \"{}\" to source.exclude, or every run leaves it out with a warning",
                   plain_path(destination))});
}

// Stored twice, a file comes back once, and a restore would count the second as 'already there'.
// With one_file_system a path below another may be a mount that the other leaves out.
void check_paths_apart(const Effective &values, Remarks &remarks) {
    const Value *own = values.job().find("source.paths");
    const auto paths = values.get<std::vector<std::string>>("source.paths");
    const auto exclude = values.get<std::vector<std::string>>("source.exclude");
    const bool may_nest = values.get<bool>("source.one_file_system");
    for (std::size_t i = 0; i < paths.size(); ++i) {
        for (std::size_t other = 0; other < paths.size(); ++other) {
            const bool is_same = plain_path(paths[i]) == plain_path(paths[other]);
            if (i == other ||
                (is_same ? i < other
                         : may_nest || !path_around(paths[i], {paths[other]}, exclude))) {
                continue;
            }
            remarks.add(
                Code::contradiction, own == nullptr ? Span{} : own->span,
                {fmt::format("'source.paths' holds {} {}", ticked(paths[i]),
                             is_same ? "twice" : "and " + ticked(paths[other]) + " around it"),
                 "", "leave it out: it is backed up already"});
            return;
        }
    }
}

} // namespace

void check_defaults(const Layer &defaults, Remarks &remarks) {
    const Effective alone(defaults, empty_layer());
    check_level(alone, remarks);
    check_pod_and_selector(defaults, remarks);
    check_command("source.command", alone, remarks);
    check_hooks(alone, remarks);
}

void check_job(const std::string &name, const Effective &values, Remarks &remarks) {
    require_type(values, remarks);
    if (const std::optional<SourceType> type = source_type_of(values)) {
        check_keys_of_type(values, *type, remarks);
        if (*type == SourceType::files) {
            check_overlap(name, values, remarks);
            check_paths_apart(values, remarks);
        } else if (*type == SourceType::command) {
            check_command("source.command", values, remarks);
            check_stream_format(values, remarks);
            check_countable(values, remarks);
        } else if (*type == SourceType::kubernetes) {
            check_pod(values, remarks);
        } else {
            check_server(values, remarks);
        }
    }
    check_level(values, remarks);
    check_hooks(values, remarks);
    check_kept(values, remarks);
    check_schedule(values, remarks);
}

std::optional<SourceType> source_type_of(const Effective &values) {
    // A wrong type in the job must not fall back to the one in [defaults].
    const Effective::Found found = values.find("source.type");
    const bool is_wrong =
        values.job().mentioned.contains("source.type") && found.layer != &values.job();
    if (found.value == nullptr || is_wrong) {
        return std::nullopt;
    }
    return choice_of<SourceType>(kSourceTypes, Effective::value_as<std::string>(found));
}

Compression compression_of(const Effective &values) {
    return choice_of<Compression>(kCompressions, values.get<std::string>("archive.compression"));
}

formats::Format format_of(const Effective &values) {
    return formats::Format::parse(values.get<std::string>("source.format"))
        .value_or(formats::Format{});
}

Reactions reactions_of(const Effective &values) {
    Reactions reactions;
    for (const Variable &one : environment_of(values, "on_warning")) {
        if (const auto kind = warning_kind_named(one.name)) {
            reactions.emplace(*kind, choice_of<Reaction>(kReactions, one.value.text));
        }
    }
    return reactions;
}

Effective::Found level_of(const Effective &values) {
    const Effective::Found level = values.find("archive.level");
    const bool is_inherited = level.layer == &values.defaults();
    if (is_inherited &&
        compression_of(Effective(empty_layer(), values.defaults())) != compression_of(values)) {
        return {};
    }
    return level;
}

std::string destination_path_of(const std::string &job, const Effective &values) {
    const Effective::Found found = values.find("destination.path");
    return found.value == nullptr ? std::string(kDefaultPlace) + job
                                  : Effective::value_as<std::string>(found);
}

std::string plain_path(const std::string &path) {
    std::string plain = std::filesystem::path(path).lexically_normal().string();
    while (plain.size() > 1 && plain.ends_with('/')) {
        plain.pop_back();
    }
    // POSIX leaves a leading "//" to the system; Linux takes it as "/".
    return plain.starts_with("//") ? plain.substr(1) : plain;
}

} // namespace intact::config
