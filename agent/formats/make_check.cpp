#include "formats/make_check.hpp"

#include "formats/auto_check.hpp"
#include "formats/incomplete.hpp"
#include "formats/json_lines_check.hpp"
#include "formats/mongodb_check.hpp"
#include "formats/pgdump_check.hpp"
#include "formats/rdb_check.hpp"
#include "formats/sqlite_check.hpp"
#include "formats/tar_check.hpp"
#include "formats/text_checks.hpp"
#include "formats/unpack_check.hpp"

#include <fmt/format.h>

namespace intact::formats {
namespace {

// The whole stream: how much of it came stands in every error, and is enough or not.
class WholeCheck final : public StreamCheck {
public:
    WholeCheck(std::unique_ptr<StreamCheck> check, std::uint64_t min_size)
        : check_(std::move(check)), min_size_(min_size) {}

    Result<> feed(std::span<const std::byte> bytes) override {
        total_ += bytes.size();
        return check_ ? told(check_->feed(bytes), "so far") : Result<>{};
    }
    Result<> finish() override {
        if (check_) {
            INTACT_TRY(told(check_->finish(), "in all"));
        }
        if (total_ < min_size_) {
            return fail(Error(ErrorCode::source_incomplete,
                              fmt::format("expected at least {} bytes (source.min_size=), {} came",
                                          min_size_, total_)));
        }
        return {};
    }
    std::optional<std::uint64_t> entries() const override {
        return check_ ? check_->entries() : std::nullopt;
    }
    Finding finding() const override {
        return check_ ? check_->finding() : Finding{"raw", "nothing"};
    }

private:
    Result<> told(Result<> checked, std::string_view when) const {
        if (!checked) {
            return fail(
                std::move(checked).error().within(fmt::format("{} bytes came {}", total_, when)));
        }
        return checked;
    }

    const std::unique_ptr<StreamCheck> check_;
    const std::uint64_t min_size_;
    std::uint64_t total_ = 0;
};

} // namespace

std::unique_ptr<Codec> make_codec(Kind kind) {
    switch (kind) {
    case Kind::gzip:
        return make_gzip_codec();
    case Kind::zstd:
        return make_zstd_codec();
    case Kind::xz:
        return make_xz_codec();
    case Kind::bzip2:
        return make_bzip2_codec();
    default:
        return nullptr;
    }
}

std::unique_ptr<StreamCheck> make_plain_check(Kind kind) {
    switch (kind) {
    case Kind::automatic:
        return std::make_unique<AutoCheck>(AutoCheck::Among::all);
    case Kind::tar:
        return std::make_unique<TarCheck>();
    case Kind::pgdump_custom:
        return std::make_unique<PgDumpCustomCheck>();
    case Kind::pgdump_tar:
        return std::make_unique<PgDumpTarCheck>();
    case Kind::pgdump_plain:
        return std::make_unique<PgDumpPlainCheck>();
    case Kind::mysqldump:
        return std::make_unique<MySqlDumpCheck>();
    case Kind::sql:
        return std::make_unique<AutoCheck>(AutoCheck::Among::sql);
    case Kind::mongodb_archive:
        return std::make_unique<MongoDbCheck>();
    case Kind::redis_rdb:
        return std::make_unique<RdbCheck>();
    case Kind::sqlite:
        return std::make_unique<SqliteCheck>();
    case Kind::jsonl:
        return std::make_unique<JsonLinesCheck>();
    case Kind::raw:
    case Kind::regex:
    case Kind::gzip:
    case Kind::zstd:
    case Kind::xz:
    case Kind::bzip2:
        break;
    }
    return nullptr;
}

std::unique_ptr<StreamCheck> make_check(const CheckOptions &options) {
    const Kind kind = options.format.kind;
    std::unique_ptr<StreamCheck> check;
    if (auto codec = make_codec(kind)) {
        check = std::make_unique<UnpackCheck>(std::move(codec), nullptr);
    } else if (kind == Kind::regex) {
        check = std::make_unique<RegexCheck>(options.end_pattern, options.end_window);
    } else {
        check = make_plain_check(kind);
    }
    for (const Kind compression : options.format.around) {
        check = std::make_unique<UnpackCheck>(make_codec(compression), std::move(check));
    }
    if (!check && options.min_size == 0) {
        return nullptr;
    }
    return std::make_unique<WholeCheck>(std::move(check), options.min_size);
}

} // namespace intact::formats
