#include "formats/format.hpp"

#include <algorithm>

namespace intact::formats {
namespace {

constexpr std::size_t kMostAround = 4;

std::optional<Kind> kind_named(std::string_view name) {
    const auto found = std::find(kKinds.begin(), kKinds.end(), name);
    return found == kKinds.end() ? std::nullopt
                                 : std::optional(static_cast<Kind>(found - kKinds.begin()));
}

bool is_compression(Kind kind) {
    return kind == Kind::gzip || kind == Kind::zstd || kind == Kind::xz || kind == Kind::bzip2;
}

} // namespace

bool has_entries(Kind kind) {
    switch (kind) {
    case Kind::automatic:
    case Kind::tar:
    case Kind::pgdump_custom:
    case Kind::pgdump_tar:
    case Kind::mongodb_archive:
    case Kind::jsonl:
        return true;
    default:
        return false;
    }
}

std::string Format::name() const {
    std::string name(name_of(kind));
    for (const Kind compression : around) {
        name += '+';
        name += name_of(compression);
    }
    return name;
}

std::optional<Format> Format::parse(std::string_view text) {
    std::size_t plus = text.find('+');
    const auto kind = kind_named(text.substr(0, plus));
    if (!kind) {
        return std::nullopt;
    }
    Format format{*kind, {}};
    while (plus != std::string_view::npos) {
        text.remove_prefix(plus + 1);
        plus = text.find('+');
        const auto compression = kind_named(text.substr(0, plus));
        if (!compression || !is_compression(*compression) || format.kind == Kind::raw ||
            format.around.size() == kMostAround) {
            return std::nullopt;
        }
        format.around.push_back(*compression);
    }
    return format;
}

} // namespace intact::formats
