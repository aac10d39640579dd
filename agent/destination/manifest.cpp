#include "destination/manifest.hpp"

#include "base/text.hpp"
#include "destination/untrusted_json.hpp"
#include "pipeline/digest.hpp"

#include <charconv>
#include <cstdio>
#include <ctime>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace intact::destination {
namespace {

// Keys keep the order in which they are written: people read the file.
using Json = nlohmann::ordered_json;

constexpr unsigned kFormat = 1;
// The manifest proves itself: this digest is that of the whole file with these 64 digits as zeros.
constexpr std::string_view kOwnDigestKey = "\"manifest_sha256\": \"";
constexpr std::size_t kDigestDigits = 64;

Json warnings_json(const Manifest &manifest) {
    Json list = Json::array();
    for (const Warning &warning : manifest.warnings) {
        list.push_back({{"kind", name_of(warning.kind)},
                        {"path", one_line(warning.path)},
                        {"detail", one_line(warning.detail)}});
    }
    return list;
}

Json to_json(const Manifest &m) {
    Json json;
    json["format"] = kFormat;
    json["job"] = m.job;
    json["run"] = m.run_id;
    json["host"] = one_line(m.host);
    json["started"] = rfc3339(m.started);
    json["finished"] = rfc3339(m.finished);
    Json items = Json::array();
    for (const std::string &item : m.source_items) {
        items.push_back(one_line(item));
    }
    json["source"] = {{"type", m.source_type}, {"items", std::move(items)}};
    json["archive"] = {{"name", m.archive},
                       {"bytes", m.bytes},
                       {"sha256", m.sha256},
                       {"compression", m.compression}};
    json["stream"] = {{"format", m.format}, {"bytes", m.stream_bytes}, {"sha256", m.stream_sha256}};
    if (!m.proven.empty()) {
        json["stream"]["proven"] = m.proven;
    }
    if (m.entries) {
        json["stream"]["entries"] = *m.entries;
    }
    Json kinds = Json::object();
    for (const auto &[kind, count] : m.warnings_by_kind) {
        kinds[std::string(name_of(kind))] = count;
    }
    json["warnings"] = {
        {"count", m.warning_count}, {"kinds", std::move(kinds)}, {"first", warnings_json(m)}};
    json["destination"] = {
        {"filesystem", m.filesystem}, {"strategy", m.strategy}, {"variant", m.variant}};
    json["verified"] = {{"depth", m.verified_depth}, {"level", m.verified_level}};
    if (!m.previous_archive.empty()) {
        json["previous"] = {{"archive", m.previous_archive},
                            {"manifest_sha256", m.previous_manifest_sha256}};
    }
    json["manifest_sha256"] = std::string(kDigestDigits, '0');
    return json;
}

Error damaged(std::string_view what) {
    return Error(ErrorCode::manifest_damaged, what);
}

Result<> check_own_digest(std::string_view text) {
    const std::size_t key = text.rfind(kOwnDigestKey);
    const std::size_t start = key + kOwnDigestKey.size();
    if (key == std::string_view::npos || start + kDigestDigits > text.size()) {
        return fail(damaged("its own digest is missing: the file is cut or is no manifest"));
    }
    std::string blank(text);
    blank.replace(start, kDigestDigits, kDigestDigits, '0');
    const std::string expected = pipeline::Sha256::of(blank);
    if (text.substr(start, kDigestDigits) != expected) {
        return fail(
            damaged(fmt::format("its content does not match its own digest (expected {}, found {})",
                                text.substr(start, kDigestDigits), expected)));
    }
    return {};
}

WallTime parse_time(const Json &value) {
    const auto text = value.get<std::string>();
    std::tm parts{};
    int millis = 0;
    // sscanf is told every width; the whole text is covered by the manifest's digest already.
    if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ", &parts.tm_year, &parts.tm_mon,
                    &parts.tm_mday, &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &millis) != 7) {
        throw std::invalid_argument("'" + one_line(text) + "' is no time");
    }
    // What nanoseconds in 64 bits can hold.
    if (parts.tm_year < 1970 || parts.tm_year > 2261) {
        throw std::invalid_argument("'" + one_line(text) + "' is no time of a backup");
    }
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    return WallTime(std::chrono::seconds(timegm(&parts)) + std::chrono::milliseconds(millis));
}

WarningKind kind_called(const std::string &name) {
    const auto kind = warning_kind_named(name);
    if (!kind) {
        throw std::invalid_argument("'" + one_line(name) + "' is no kind of warning");
    }
    return *kind;
}

void parse_warnings(const Json &warnings, Manifest &m) {
    warnings.at("count").get_to(m.warning_count);
    for (const Json &warning : warnings.at("first")) {
        m.warnings.push_back({kind_called(warning.at("kind").get<std::string>()),
                              warning.at("path").get<std::string>(),
                              warning.at("detail").get<std::string>()});
    }
    if (warnings.contains("kinds")) {
        for (const auto &[name, count] : warnings.at("kinds").items()) {
            m.warnings_by_kind.emplace(kind_called(name), count.get<std::uint64_t>());
        }
        return;
    }
    // Written before there were counts by kind: what it lists is what can be counted.
    for (const Warning &warning : m.warnings) {
        ++m.warnings_by_kind[warning.kind];
    }
}

// A file name of ours, never a way out of the directory.
std::string plain_name(const Json &value) {
    auto name = value.get<std::string>();
    if (name.empty() || name.front() == '.' || name.find('/') != std::string::npos ||
        name.find('\0') != std::string::npos) {
        throw std::invalid_argument("'" + one_line(name) + "' is no archive name");
    }
    return name;
}

Manifest from_json(const Json &json) {
    Manifest m;
    json.at("job").get_to(m.job);
    json.at("run").get_to(m.run_id);
    json.at("host").get_to(m.host);
    m.started = parse_time(json.at("started"));
    m.finished = parse_time(json.at("finished"));
    json.at("source").at("type").get_to(m.source_type);
    json.at("source").at("items").get_to(m.source_items);
    const Json &archive = json.at("archive");
    m.archive = plain_name(archive.at("name"));
    archive.at("bytes").get_to(m.bytes);
    archive.at("sha256").get_to(m.sha256);
    archive.at("compression").get_to(m.compression);
    const Json &stream = json.at("stream");
    stream.at("format").get_to(m.format);
    stream.at("bytes").get_to(m.stream_bytes);
    stream.at("sha256").get_to(m.stream_sha256);
    m.proven = stream.value("proven", "");
    if (stream.contains("entries")) {
        m.entries = stream.at("entries").get<std::uint64_t>();
    }
    parse_warnings(json.at("warnings"), m);
    const Json &destination = json.at("destination");
    destination.at("filesystem").get_to(m.filesystem);
    destination.at("strategy").get_to(m.strategy);
    destination.at("variant").get_to(m.variant);
    json.at("verified").at("depth").get_to(m.verified_depth);
    json.at("verified").at("level").get_to(m.verified_level);
    if (json.contains("previous")) {
        json.at("previous").at("archive").get_to(m.previous_archive);
        json.at("previous").at("manifest_sha256").get_to(m.previous_manifest_sha256);
    }
    return m;
}

} // namespace

std::string render_manifest(const Manifest &manifest) {
    // Whatever is no UTF-8 by now (an archive's name, say) must not make the writer throw.
    std::string text = to_json(manifest).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
    const std::size_t start = text.rfind(kOwnDigestKey) + kOwnDigestKey.size();
    const std::string digest = pipeline::Sha256::of(text);
    text.replace(start, kDigestDigits, digest);
    return text;
}

Result<Manifest> parse_manifest(std::string_view text) {
    INTACT_TRY(check_own_digest(text));
    try {
        const Json json = parse_untrusted<Json>(text);
        if (const auto format = json.at("format").get<unsigned>(); format != kFormat) {
            return fail(Error(ErrorCode::unsupported,
                              fmt::format("manifest format {} is not known here", format))
                            .with_hint("a newer intact wrote this backup: update this one"));
        }
        return from_json(json);
    } catch (const std::exception &e) {
        return fail(damaged(e.what()));
    }
}

std::string render_checksum(const Manifest &manifest) {
    // GNU sha256sum marks a line whose name it had to escape by a leading backslash.
    std::string name;
    for (const char c : manifest.archive) {
        switch (c) {
        case '\\':
            name += "\\\\";
            break;
        case '\n':
            name += "\\n";
            break;
        case '\r':
            name += "\\r";
            break;
        default:
            name += c;
        }
    }
    const bool escaped = name != manifest.archive;
    return fmt::format("{}{}  {}\n", escaped ? "\\" : "", manifest.sha256, name);
}

} // namespace intact::destination
