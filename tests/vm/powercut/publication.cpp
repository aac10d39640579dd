#include "vm/powercut/publication.hpp"

#include "destination/content.hpp"
#include "destination/moving_file.hpp"
#include "destination/publish.hpp"
#include "vm/powercut/control.hpp"
#include "vm/powercut/rig.hpp"

#include <array>

namespace intact::powercut {
namespace {

// Ten to fourteen clusters of FAT, and more than Btrfs keeps inside its trees.
constexpr std::size_t kOldBytes = 5000;
constexpr std::size_t kNewBytes = 7000;

constexpr std::array kVariants{destination::Variant::rename, destination::Variant::link_guard,
                               destination::Variant::exchange, destination::Variant::held_rename,
                               destination::Variant::two_step};

std::string lines(std::string_view word, std::size_t bytes) {
    std::string text;
    for (int number = 0; text.size() < bytes; ++number) {
        text += std::string(word) + " " + std::to_string(number) + "\n";
    }
    text.resize(bytes);
    return text;
}

template <typename T>
T value_of(Result<T> result) {
    if (!result) {
        throw RigError(result.error().message());
    }
    if constexpr (!std::is_void_v<T>) {
        return *std::move(result);
    }
}

destination::Manifest manifest_of(const RunId &run, const std::string &archive,
                                  const std::string &content) {
    const destination::Content stored = destination::content_of(content);
    destination::Manifest m;
    m.job = "job";
    m.run_id = run.str();
    m.host = "here";
    m.started = m.finished = WallTime(std::chrono::seconds(1790000000));
    m.source_type = "command";
    m.source_items = {"lines"};
    m.archive = archive;
    m.bytes = m.stream_bytes = stored.bytes;
    m.sha256 = m.stream_sha256 = stored.sha256;
    m.compression = "none";
    m.format = "raw";
    m.filesystem = "here";
    m.strategy = "atomic-rename";
    m.variant = "rename";
    m.verified_depth = "archive";
    m.verified_level = "cold";
    return m;
}

struct Backup {
    RunId run;
    std::string archive;
    std::string content;
};

void publish(const Backup &backup, const Case &tried, const std::string &path, os::Sys &sys,
             const std::function<void()> &staged) {
    const auto directory = value_of(os::Directory::open(path, sys));
    auto staging = value_of(destination::Staging::create(directory, backup.run));
    value_of(staging.append(std::as_bytes(std::span(backup.content))));
    value_of(staging.make_archive_durable());
    const auto manifest = manifest_of(backup.run, backup.archive, backup.content);
    value_of(staging.add_companions(manifest));
    staged();
    const auto replaced = value_of(
        destination::replaced_backup(directory, backup.archive, tried.naming, {"job", "here"}));
    auto published = value_of(
        destination::publish(std::move(staging), manifest, replaced, {tried.variant, false}));
    value_of(published.settle());
}

} // namespace

std::string old_content() {
    return lines("old", kOldBytes);
}
std::string new_content() {
    return lines("new", kNewBytes);
}

std::string Case::old_archive() const {
    return naming == destination::Naming::fixed ? "job.raw" : "job-1.raw";
}
std::string Case::new_archive() const {
    return naming == destination::Naming::fixed ? "job.raw" : "job-2.raw";
}
std::string Case::staged() const {
    return is_control() ? ".job.raw.new" : destination::staged_names(run.str()).archive;
}
std::string Case::guard() const {
    return destination::guard_name(staged());
}

void choose_protocol(Case &tried, const std::string &name) {
    for (const destination::Variant variant : kVariants) {
        if (destination::name_of(variant) == name) {
            tried.variant = variant;
            return;
        }
    }
    if (!is_control(name)) {
        throw RigError("no protocol '" + name + "' here");
    }
    tried.control = name;
}

void publish_old(const Case &tried, const std::string &path) {
    const Backup backup{RunId::make(WallTime{}), tried.old_archive(), old_content()};
    publish(backup, tried, path, os::kernel(), [] {});
}

void publish_new(const Case &tried, const std::string &path, os::Sys &sys,
                 const std::function<void()> &staged) {
    if (tried.is_control()) {
        run_control(tried, path, sys, staged);
        return;
    }
    publish({tried.run, tried.new_archive(), new_content()}, tried, path, sys, staged);
}

} // namespace intact::powercut
