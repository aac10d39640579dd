// Proves that an archive of pg_dump is whole: custom (-Fc) and tar (-Ft).
#pragma once

#include "formats/pgdump_walk.hpp"
#include "formats/stream_check.hpp"
#include "formats/tar_check.hpp"

#include <optional>

namespace intact::formats {

/// The data of each entry that the table of contents promises must have come. What is compressed
/// inside is not unpacked.
class PgDumpCustomCheck final : public StreamCheck {
public:
    PgDumpCustomCheck();
    Result<> feed(std::span<const std::byte> bytes) override { return driver_.feed(bytes); }
    Result<> finish() override { return driver_.finish(); }
    std::optional<std::uint64_t> entries() const override { return contents_.entries; }
    Finding finding() const override { return {"pgdump-custom", "structure"}; }

private:
    WalkedBytes bytes_;
    PgContents contents_;
    WalkDriver driver_;
};

/// A whole tar whose toc.dat comes first and is whole, with each file that it names.
class PgDumpTarCheck final : public StreamCheck, private TarObserver {
public:
    PgDumpTarCheck();
    Result<> feed(std::span<const std::byte> bytes) override { return tar_.feed(bytes); }
    Result<> finish() override;
    std::optional<std::uint64_t> entries() const override { return contents_.entries; }
    Finding finding() const override { return {"pgdump-tar", "structure"}; }

private:
    Result<> member(std::string_view name) override;
    Result<> content(std::span<const std::byte> bytes) override;

    TarCheck tar_;
    WalkedBytes bytes_;
    PgContents contents_;
    WalkDriver toc_;
    std::uint64_t members_ = 0;
    std::uint64_t data_files_ = 0;
    std::uint64_t data_sum_ = 0;
    std::uint64_t object_lists_ = 0;
    bool has_script_ = false;
};

} // namespace intact::formats
