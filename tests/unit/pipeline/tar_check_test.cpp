#include "pipeline/tar_check.hpp"

#include "support/sanitized.hpp"
#include "support/temp_dir.hpp"
#include "unit/pipeline/archive_fixture.hpp"

#include <gtest/gtest.h>

namespace intact::test {
namespace {

// One tree with what the dialects do differently: long names, a sparse file, a hard link, a FIFO.
class TarCheckTest : public testing::TestWithParam<const char *> {
protected:
    std::string archive(const std::string &command) const {
        const auto made =
            run_program("cd " + temp_.path() +
                        " && mkdir -p t && cd t && echo hello > small"
                        " && head -c 70000 /dev/zero > zeros && ln -f small link"
                        " && mkdir -p $(printf 'd%.0s' $(seq 90))"
                        " && echo x > $(printf 'd%.0s' $(seq 90))/$(printf 'n%.0s' $(seq 95))"
                        " && rm -f pipe && mkfifo pipe && ln -sf small sym"
                        " && truncate -s 50M sparse && echo end >> sparse && cd .. && " +
                        command);
        EXPECT_EQ(made.exit_code, 0) << made.output;
        return read_file(temp_ / "a.tar");
    }
    static Result<> check(std::string_view bytes, std::size_t piece = 10000) {
        pipeline::TarCheck tar;
        while (!bytes.empty()) {
            const std::string_view head = bytes.substr(0, piece);
            INTACT_TRY(tar.feed(std::as_bytes(std::span(head.data(), head.size()))));
            bytes.remove_prefix(head.size());
        }
        return tar.finish();
    }
    TempDir temp_;
};

TEST_P(TarCheckTest, accepts_the_whole_archive_in_pieces_of_any_size) {
    const std::string bytes = archive(GetParam());
    for (const std::size_t piece : {1UL, 511UL, 512UL, 513UL, 1UL << 20}) {
        const auto checked = check(bytes, piece);
        EXPECT_TRUE(checked) << checked.error().message();
    }
}

TEST_P(TarCheckTest, finds_a_cut_at_every_block_before_the_end_mark_is_whole) {
    const std::string bytes = archive(GetParam());
    const std::size_t last_data = bytes.find_last_not_of('\0');
    const std::size_t mark_whole = (last_data / 512 + 1) * 512 + 1024;
    // Each cut is read from the start; where that is slow a prime number of blocks is left out.
    constexpr std::size_t kStep = test::kIsSanitized ? 31 * 512 : 512;
    std::size_t cuts = 0;
    for (std::size_t length = 0; length < mark_whole; length += kStep, ++cuts) {
        const auto checked = check(std::string_view(bytes).substr(0, length));
        ASSERT_FALSE(checked) << "cut at " << length << " of " << bytes.size();
        ASSERT_EQ(checked.error().code(), ErrorCode::source_incomplete);
    }
    RecordProperty("cuts", static_cast<int>(cuts));
}

INSTANTIATE_TEST_SUITE_P(Dialects, TarCheckTest,
                         testing::Values("tar --format=gnu -S -cf a.tar t",
                                         "tar --format=posix -S -cf a.tar t",
                                         "tar --format=gnu -b 1 -cf a.tar t",
                                         "bsdtar --format=pax -cf a.tar t",
                                         "bsdtar --format=gnutar -cf a.tar t"));

TEST_F(TarCheckTest, counts_entries_as_tar_lists_them) {
    const std::string bytes = archive("tar --format=posix -cf a.tar t");
    pipeline::TarCheck tar;
    ASSERT_TRUE(tar.feed(std::as_bytes(std::span(bytes.data(), bytes.size()))));
    const auto listed = run_program("tar -tf " + (temp_ / "a.tar") + " | wc -l");
    EXPECT_EQ(std::to_string(*tar.entries()) + "\n", listed.output);
}

// What proves a backup counts by the reader, so both must take the same headers for entries.
void expect_as_many_as_the_reader_finds(const std::string &bytes) {
    pipeline::TarCheck tar;
    const auto fed = tar.feed(std::as_bytes(std::span(bytes.data(), bytes.size())));
    ASSERT_TRUE(fed) << fed.error().message();
    const auto reader = pipeline::ArchiveReader::open(supply_of(bytes));
    ASSERT_TRUE(reader);
    std::uint64_t found = 0;
    for (auto entry = (*reader)->next(); entry && *entry; entry = (*reader)->next()) {
        ++found;
    }
    EXPECT_GT(found, 0U);
    EXPECT_EQ(*tar.entries(), found);
}

TEST_F(TarCheckTest, a_volume_label_is_no_entry) {
    for (const char *format : {"gnu", "oldgnu", "posix"}) {
        SCOPED_TRACE(format);
        expect_as_many_as_the_reader_finds(
            archive(std::string("tar -V 'a label' --format=") + format + " -cf a.tar t"));
    }
}

TEST_F(TarCheckTest, the_rest_of_a_file_on_the_next_volume_is_an_entry) {
    expect_as_many_as_the_reader_finds(
        archive("head -c 300000 /dev/urandom >t/zeros; "
                "tar --format=gnu -M -V label -L 200 -cf first.tar -f a.tar -f third.tar t/zeros"));
}

TEST_F(TarCheckTest, finds_a_damaged_header_and_says_where) {
    std::string bytes = archive("tar -cf a.tar t");
    bytes[512 + 3] ^= 1;
    const auto checked = check(bytes);
    ASSERT_FALSE(checked);
    EXPECT_NE(checked.error().message().find("at byte 512"), std::string::npos)
        << checked.error().message();
}

TEST_F(TarCheckTest, refuses_data_after_the_end_mark) {
    EXPECT_FALSE(check(archive("tar -cf a.tar t") + "x"));
    EXPECT_FALSE(check(""));
    EXPECT_FALSE(check(std::string(512, '\0')));
    EXPECT_TRUE(check(std::string(1024, '\0')));
}

} // namespace
} // namespace intact::test
