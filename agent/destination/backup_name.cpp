#include "destination/backup_name.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace intact::destination {
namespace {

void replace_all(std::string &text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos;
         at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
}

std::string fill(const config::Job &job, const std::string &host, std::string_view time) {
    std::string name = job.destination.name;
    replace_all(name, "{job}", job.name);
    replace_all(name, "{host}", host);
    replace_all(name, "{time}", time);
    return name;
}

std::string_view format_suffix(const config::Job &job) {
    const formats::Format tar{formats::Kind::tar, {}};
    return config::stream_format(job.source) != tar ? ".raw" : ".tar";
}

std::string_view compression_suffix(config::Compression compression) {
    switch (compression) {
    case config::Compression::zstd:
        return ".zst";
    case config::Compression::gzip:
        return ".gz";
    case config::Compression::none:
        break;
    }
    return "";
}

} // namespace

Naming naming_of(const config::Destination &destination) {
    return destination.name.find("{time}") != std::string::npos ? Naming::time_stamped
                                                                : Naming::fixed;
}

std::string archive_name(const config::Job &job, const std::string &host, WallTime time) {
    return fmt::format("{}{}{}", fill(job, host, file_stamp(time)), format_suffix(job),
                       compression_suffix(job.archive.compression));
}

bool is_archive_name_of(const config::Job &job, const std::string &host, std::string_view name) {
    constexpr std::string_view kTime = "{time}";
    constexpr std::string_view kStamp = "00000000T000000Z";
    for (const std::string_view suffix : {".zst", ".gz"}) {
        if (name.ends_with(suffix)) {
            name.remove_suffix(suffix.size());
            break;
        }
    }
    if (!name.ends_with(".tar") && !name.ends_with(".raw")) {
        return false;
    }
    name.remove_suffix(std::string_view(".tar").size());
    const std::string filled = fill(job, host, kTime);
    const std::size_t first = filled.find(kTime);
    if (first == std::string::npos) {
        return name == filled;
    }
    const std::string_view before = std::string_view(filled).substr(0, first);
    const std::string_view after =
        std::string_view(filled).substr(filled.rfind(kTime) + kTime.size());
    if (name.size() < before.size() + kStamp.size() + after.size() || !name.starts_with(before) ||
        !name.ends_with(after)) {
        return false;
    }
    const auto is_alike = [](char a, char b) {
        const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
        return is_digit(a) ? is_digit(b) : a == b;
    };
    return std::equal(kStamp.begin(), kStamp.end(), name.begin() + before.size(), is_alike);
}

std::string target_lock_name(const config::Job &job, const std::string &host) {
    std::string target = fill(job, host, "");
    const std::size_t end = target.find_last_not_of("-_.");
    target.erase(end == std::string::npos ? 0 : end + 1);
    return fmt::format(".intact-{}.lock", target);
}

} // namespace intact::destination
