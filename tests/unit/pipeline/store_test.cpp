#include "pipeline/store.hpp"

#include "formats/tar_check.hpp"
#include "pipeline/digest.hpp"
#include "pipeline/stored_reader.hpp"
#include "support/temp_dir.hpp"

#include <fcntl.h>
#include <fstream>
#include <gtest/gtest.h>
#include <random>
#include <unistd.h>

namespace intact::test {
namespace {

using config::Compression;

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

// Half noise, half repetition, so that compression has something to do and something to fail at.
std::string sample(std::size_t bytes) {
    std::mt19937 random(7);
    std::string data;
    while (data.size() < bytes) {
        if ((random() & 1) != 0) {
            data += std::string(4096, static_cast<char>('a' + random() % 26));
        } else {
            for (int i = 0; i < 4096; ++i) {
                data += static_cast<char>(random());
            }
        }
    }
    data.resize(bytes);
    return data;
}

config::Archive options(Compression compression, std::uint64_t frame = 64 << 10,
                        unsigned threads = 3) {
    config::Archive archive;
    archive.compression = compression;
    archive.level = compression == Compression::gzip ? 6 : 3;
    archive.frame_size = frame;
    archive.threads = threads;
    return archive;
}

struct Stored {
    Result<pipeline::StoredFigures> figures;
    std::string bytes;
};

Stored store(const config::Archive &archive, const std::string &data,
             formats::StreamCheck *check = nullptr) {
    std::string stored;
    auto figures = pipeline::store_stream(
        archive,
        [&](ByteSink &sink, const std::stop_token &) { return sink.write(bytes_of(data)); },
        [&](std::span<const std::byte> bytes) {
            stored.append(reinterpret_cast<const char *>(bytes.data()), bytes.size());
            return Result<>{};
        },
        check, {}, {});
    return {std::move(figures), std::move(stored)};
}

Result<std::string> read_back(const std::string &path, const std::string &compression,
                              pipeline::StoredFigures *figures = nullptr) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const auto reader = pipeline::StoredReader::open(fd, path, compression, {});
    std::string data;
    for (;;) {
        const auto bytes = (*reader)->next();
        if (!bytes) {
            close(fd);
            return fail(bytes.error());
        }
        if (bytes->empty()) {
            break;
        }
        data.append(reinterpret_cast<const char *>(bytes->data()), bytes->size());
    }
    if (figures != nullptr) {
        *figures = {(*reader)->stream_bytes(), (*reader)->stream_sha256(),
                    (*reader)->stored_bytes(), (*reader)->stored_sha256()};
    }
    close(fd);
    return data;
}

struct Kind {
    Compression compression;
    const char *name;
    const char *tool;
};
class StoreTest : public testing::TestWithParam<Kind> {
protected:
    TempDir temp_;
};

TEST_P(StoreTest, gives_back_what_went_in_whatever_its_length) {
    for (const std::size_t size : {0UL, 1UL, 65535UL, 65536UL, 65537UL, 1000003UL}) {
        const std::string data = sample(size);
        const Stored stored = store(options(GetParam().compression), data);
        ASSERT_TRUE(stored.figures) << stored.figures.error().message();
        const std::string path = temp_.write("stored", stored.bytes);
        if (size == 0 && GetParam().compression == Compression::gzip) {
            continue; // an empty gzip file is none; empty streams are not published
        }
        pipeline::StoredFigures back;
        const auto read = read_back(path, GetParam().name, &back);
        ASSERT_TRUE(read) << read.error().message();
        EXPECT_EQ(*read, data);
        EXPECT_EQ(stored.figures->stream_sha256, pipeline::Sha256::of(data));
        EXPECT_EQ(stored.figures->stored_sha256, pipeline::Sha256::of(stored.bytes));
        EXPECT_EQ(stored.figures->stored_bytes, stored.bytes.size());
        EXPECT_EQ(back.stream_sha256, stored.figures->stream_sha256);
        EXPECT_EQ(back.stored_sha256, stored.figures->stored_sha256);
        EXPECT_EQ(back.stored_bytes, stored.bytes.size());
    }
}

TEST_P(StoreTest, is_read_by_the_plain_tool) {
    const std::string data = sample(3'000'000);
    const Stored stored = store(options(GetParam().compression), data);
    const std::string path = temp_.write("stored", stored.bytes);
    const auto result = run_program(std::string(GetParam().tool) + " < " + path + " | sha256sum");
    EXPECT_EQ(result.output.substr(0, 64), pipeline::Sha256::of(data)) << result.output;
}

TEST_P(StoreTest, is_the_same_on_any_number_of_threads) {
    const std::string data = sample(2'000'000);
    const Stored one = store(options(GetParam().compression, 64 << 10, 1), data);
    const Stored many = store(options(GetParam().compression, 64 << 10, 8), data);
    EXPECT_TRUE(one.bytes == many.bytes);
}

TEST_P(StoreTest, a_failed_write_is_the_error_and_names_its_stage) {
    const auto figures = pipeline::store_stream(
        options(GetParam().compression),
        [](ByteSink &sink, const std::stop_token &) -> Result<> {
            for (;;) { // an endless source: only the failure behind it ends the stream
                INTACT_TRY(sink.write(bytes_of("more and more ")));
            }
        },
        [](std::span<const std::byte>) -> Result<> {
            return fail_errno(ENOSPC, "write 'somewhere'");
        },
        nullptr, {}, {});
    ASSERT_FALSE(figures);
    EXPECT_EQ(figures.error().code(), ErrorCode::no_space);
    EXPECT_EQ(figures.error().stage(), Stage::write);
}

TEST_P(StoreTest, a_failed_source_is_the_error_and_names_its_stage) {
    const auto figures = pipeline::store_stream(
        options(GetParam().compression),
        [](ByteSink &sink, const std::stop_token &) -> Result<> {
            INTACT_TRY(sink.write(bytes_of(sample(500'000))));
            return fail(ErrorCode::source_failed, "the command died");
        },
        [](std::span<const std::byte>) { return Result<>{}; }, nullptr, {}, {});
    ASSERT_FALSE(figures);
    EXPECT_EQ(figures.error().code(), ErrorCode::source_failed);
    EXPECT_EQ(figures.error().stage(), Stage::source);
}

TEST_P(StoreTest, a_stop_ends_a_stream_whose_consumer_waits_for_ever) {
    std::stop_source stop;
    const auto figures = pipeline::store_stream(
        options(GetParam().compression),
        [](ByteSink &sink, const std::stop_token &) -> Result<> {
            for (;;) {
                INTACT_TRY(sink.write(bytes_of(sample(100'000))));
            }
        },
        [&](std::span<const std::byte>) {
            stop.request_stop();
            return Result<>{};
        },
        nullptr, {}, stop.get_token());
    ASSERT_FALSE(figures);
    EXPECT_EQ(figures.error().code(), ErrorCode::cancelled);
}

TEST_P(StoreTest, a_broken_stream_is_told_as_the_sources_failure) {
    formats::TarCheck check;
    const Stored stored = store(options(GetParam().compression), "this is no tar at all", &check);
    ASSERT_FALSE(stored.figures);
    EXPECT_EQ(stored.figures.error().code(), ErrorCode::source_incomplete);
    EXPECT_EQ(stored.figures.error().stage(), Stage::source);
}

INSTANTIATE_TEST_SUITE_P(Compressions, StoreTest,
                         testing::Values(Kind{Compression::none, "none", "cat"},
                                         Kind{Compression::gzip, "gzip", "gzip -dc"},
                                         Kind{Compression::zstd, "zstd", "zstd -dcq"}),
                         [](const auto &kind) { return std::string(kind.param.name); });

TEST(StoredReaderTest, finds_every_cut_of_a_compressed_file_but_the_harmless_one) {
    const TempDir temp;
    const std::string data = sample(200'000);
    for (const auto &[compression, name] :
         {std::pair(Compression::gzip, "gzip"), std::pair(Compression::zstd, "zstd")}) {
        const Stored stored = store(options(compression), data);
        for (std::size_t length = 1; length < stored.bytes.size(); length += 1009) {
            const std::string path = temp.write("cut", stored.bytes.substr(0, length));
            const auto read = read_back(path, name);
            // A cut between two frames is a whole file to the format: the manifest's size and
            // digest tell.
            EXPECT_TRUE(!read || read->size() < data.size()) << name << " cut at " << length;
        }
    }
}

TEST(StoredReaderTest, ends_with_the_frame_index_that_the_seekable_format_asks_for) {
    const Stored stored = store(options(Compression::zstd), sample(200'000));
    const std::string &bytes = stored.bytes;
    EXPECT_EQ(bytes.substr(bytes.size() - 4), std::string("\xb1\xea\x92\x8f"));
    const auto frames = static_cast<std::uint8_t>(bytes[bytes.size() - 9]);
    EXPECT_EQ(frames, 4U); // 200,000 bytes in frames of 64 KiB
}

} // namespace
} // namespace intact::test
