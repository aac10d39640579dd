#include "destination/protocol.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace intact::destination {
namespace {

bool can(Variant variant, const Probe &probe) {
    switch (variant) {
    case Variant::rename:
        // A fixed name is replaced by an exchange: until the new backup is confirmed it can be
        // taken back.
        return probe.renames_exclusive && probe.exchanges;
    case Variant::link_guard:
        return probe.links;
    case Variant::exchange:
        return probe.exchanges && probe.renames_exclusive;
    case Variant::held_rename:
    case Variant::two_step:
        break;
    }
    return true;
}

// What to fall back to: FAT's way of freeing clusters leaves only the held rename, all others can
// do with less.
Variant lowered(Variant variant) {
    switch (variant) {
    case Variant::rename:
        return Variant::link_guard;
    case Variant::exchange:
        return Variant::held_rename;
    default:
        return Variant::two_step;
    }
}

config::Strategy strategy_of(Variant variant, const Filesystem &filesystem) {
    const bool is_nfs4 = filesystem.type == "nfs4";
    return variant == Variant::rename || (variant == Variant::link_guard && is_nfs4)
               ? config::Strategy::atomic_rename
               : config::Strategy::copy_and_swap;
}

} // namespace

Result<Protocol> choose_protocol(const Filesystem &filesystem, const Probe &probe,
                                 config::Strategy wanted) {
    Protocol protocol;
    protocol.concern = filesystem.concern;
    protocol.variant = filesystem.best;
    protocol.reason = fmt::format("{}: {}", filesystem.name, filesystem.reason);
    while (!can(protocol.variant, probe)) {
        protocol.reason +=
            fmt::format("; {} was tried and does not work there", name_of(protocol.variant));
        protocol.variant = lowered(protocol.variant);
    }
    protocol.strategy = strategy_of(protocol.variant, filesystem);
    const bool is_guarded_ext =
        protocol.variant == Variant::link_guard && filesystem.type.starts_with("ext");
    protocol.reads_again = protocol.strategy == config::Strategy::copy_and_swap && !is_guarded_ext;
    if (wanted == config::Strategy::automatic || wanted == protocol.strategy) {
        return protocol;
    }
    protocol.strategy = wanted;
    protocol.reads_again = wanted == config::Strategy::copy_and_swap;
    if (wanted == config::Strategy::copy_and_swap) {
        protocol.variant = probe.links ? Variant::link_guard : Variant::two_step;
        protocol.reason += "; destination.strategy= asks for copy-and-swap";
        return protocol;
    }
    if (!can(Variant::rename, probe)) {
        return fail(Error(ErrorCode::unsupported,
                          fmt::format("publish on {} by strategy=\"atomic-rename\": it refuses "
                                      "renameat2(2) with RENAME_NOREPLACE",
                                      filesystem.name))
                        .with_hint("take strategy=\"auto\""));
    }
    protocol.variant = Variant::rename;
    protocol.reason += "; destination.strategy= asks for atomic-rename";
    protocol.concern = fmt::format("on {} a power cut during publishing can lose this backup and "
                                   "the one before; strategy=\"auto\" knows a safer way",
                                   filesystem.name);
    return protocol;
}

std::string_view seen_after_crash(Variant variant) {
    switch (variant) {
    case Variant::rename:
    case Variant::link_guard:
        return "the previous backup or the new one, whole";
    case Variant::exchange:
        return "the previous backup or the new one, whole; under a name that was free, it may be "
               "an empty file";
    case Variant::held_rename:
        return "the previous backup or the new one, whole; or no file, with the new one beside it";
    case Variant::two_step:
        break;
    }
    return "the previous backup or the new one, whole; or no file, with both beside it";
}

Result<> check_name(const Filesystem &filesystem, const std::string &archive) {
    constexpr std::size_t kLongestCompanion = 14; // ".manifest.json"
    constexpr std::size_t kLongestName = 255;
    if (archive.size() + kLongestCompanion > kLongestName) {
        return fail(ErrorCode::name_too_long,
                    fmt::format("name {}: longer than {} bytes with its companions",
                                os::quoted_path(archive), kLongestName));
    }
    if (!filesystem.has_fat_names) {
        return {};
    }
    constexpr std::string_view kReserved = "\"*:<>?|\\";
    const auto bad = std::find_if(archive.begin(), archive.end(), [&](char c) {
        return static_cast<unsigned char>(c) < ' ' || kReserved.find(c) != std::string_view::npos;
    });
    if (bad != archive.end()) {
        return fail(Error(ErrorCode::unsupported,
                          fmt::format("name {}: {} refuses the character '{}'",
                                      os::quoted_path(archive), filesystem.name, *bad))
                        .with_hint("choose another destination.name="));
    }
    return {};
}

} // namespace intact::destination
