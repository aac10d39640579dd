#include "formats/auto_check.hpp"

#include "formats/incomplete.hpp"
#include "formats/make_check.hpp"
#include "formats/tar_check.hpp"
#include "formats/unpack_check.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace intact::formats {
namespace {

using namespace std::literals;

constexpr std::size_t kHead = TarCheck::kBlock;
constexpr int kDeepest = 3;

struct Magic {
    std::string_view bytes;
    Kind kind;
};
constexpr std::array kMagics{
    Magic{"\x1f\x8b"sv, Kind::gzip},
    Magic{"\x28\xb5\x2f\xfd"sv, Kind::zstd},
    Magic{"\xfd\x37zXZ\0"sv, Kind::xz},
    Magic{"PGDMP"sv, Kind::pgdump_custom},
    Magic{"SQLite format 3\0"sv, Kind::sqlite},
    Magic{"\x6d\xe2\x99\x81"sv, Kind::mongodb_archive},
    Magic{"REDIS0"sv, Kind::redis_rdb},
    Magic{"VALKEY0"sv, Kind::redis_rdb},
    Magic{"--\n-- PostgreSQL database "sv, Kind::pgdump_plain},
    Magic{"-- MySQL dump "sv, Kind::mysqldump},
    Magic{"-- MariaDB dump "sv, Kind::mysqldump},
    Magic{"/*!999999\\- enable the sandbox mode"sv, Kind::mysqldump},
    Magic{"/*M!999999\\- enable the sandbox mode"sv, Kind::mysqldump},
    Magic{"{"sv, Kind::jsonl},
    Magic{"["sv, Kind::jsonl},
};

// A block follows, or the end of an empty stream.
bool is_bzip2(std::string_view head) {
    return head.starts_with("BZh") && head.size() >= 10 && head[3] >= '1' && head[3] <= '9' &&
           (head.substr(4, 6) == "1AY&SY" || head.substr(4, 6) == "\x17\x72\x45\x38\x50\x90"sv);
}

bool is_skippable_zstd(std::string_view head) {
    return head.size() >= 4 && (head[0] & 0xf0) == 0x50 && head.substr(1, 3) == "\x2a\x4d\x18"sv;
}

std::optional<Kind> recognise_tar(std::string_view head) {
    if (head.size() < kHead) {
        return std::nullopt;
    }
    const auto block = std::as_bytes(std::span(head).first<kHead>());
    if (is_tar_header(block)) {
        return head.starts_with("toc.dat\0"sv) ? Kind::pgdump_tar : Kind::tar;
    }
    const bool is_empty = std::all_of(head.begin(), head.end(), [](char c) { return c == '\0'; });
    return is_empty ? std::optional(Kind::tar) : std::nullopt;
}

bool is_sql(Kind kind) {
    return kind == Kind::pgdump_plain || kind == Kind::mysqldump;
}

} // namespace

std::optional<Kind> recognise(std::string_view head) {
    const auto known = std::find_if(kMagics.begin(), kMagics.end(), [head](const Magic &magic) {
        return head.starts_with(magic.bytes);
    });
    // A tar may begin with a file of any name, so its header's checksum is asked first.
    if (const auto tar = recognise_tar(head)) {
        return tar;
    }
    if (known != kMagics.end()) {
        return known->kind;
    }
    if (is_bzip2(head)) {
        return Kind::bzip2;
    }
    return is_skippable_zstd(head) ? std::optional(Kind::zstd) : std::nullopt;
}

Result<> AutoCheck::feed(std::span<const std::byte> bytes) {
    if (!is_decided_) {
        const auto first = bytes.first(std::min(kHead - head_.size(), bytes.size()));
        head_.append(reinterpret_cast<const char *>(first.data()), first.size());
        bytes = bytes.subspan(first.size());
        if (head_.size() < kHead) {
            return {};
        }
        INTACT_TRY(decide());
    }
    return check_ && !bytes.empty() ? check_->feed(bytes) : Result<>{};
}

Result<> AutoCheck::decide() {
    is_decided_ = true;
    const auto kind = recognise(head_);
    if (!kind || (among_ == Among::sql && !is_sql(*kind))) {
        if (unknown_ == Unknown::taken) {
            return {};
        }
        const bool is_any = among_ == Among::all;
        return fail(incomplete(is_any ? "auto" : "sql", 0,
                               fmt::format("expected {}, the first bytes are \"{}\"",
                                           is_any ? "a known format"
                                                  : "a dump of PostgreSQL, MySQL or MariaDB",
                                           head_.substr(0, 16)))
                        .with_hint("name the stream's format by source.format=; with \"raw\" "
                                   "nothing is proven"));
    }
    if (auto codec = make_codec(*kind)) {
        auto inner = depth_ + 1 < kDeepest
                         ? std::make_unique<AutoCheck>(Among::all, Unknown::taken, depth_ + 1)
                         : nullptr;
        check_ = std::make_unique<UnpackCheck>(std::move(codec), std::move(inner));
    } else {
        check_ = make_plain_check(*kind);
    }
    return check_->feed(std::as_bytes(std::span(head_.data(), head_.size())));
}

Result<> AutoCheck::finish() {
    if (!is_decided_) {
        INTACT_TRY(decide());
    }
    return check_ ? check_->finish() : Result<>{};
}

std::optional<std::uint64_t> AutoCheck::entries() const {
    return check_ ? check_->entries() : std::nullopt;
}

Finding AutoCheck::finding() const {
    return check_ ? check_->finding() : Finding{"raw", "nothing"};
}

} // namespace intact::formats
