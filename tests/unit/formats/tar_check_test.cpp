#include "formats/tar_check.hpp"

#include "support/sanitized.hpp"
#include "support/temp_dir.hpp"

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
        formats::TarCheck tar;
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
    for (const std::size_t piece :
         {test::kIsSanitized ? 61UL : 1UL, 511UL, 512UL, 513UL, 1UL << 20}) {
        const auto checked = check(bytes, piece);
        EXPECT_TRUE(checked) << checked.error().message();
    }
}

TEST_P(TarCheckTest, finds_a_cut_at_every_block_before_the_end_mark_is_whole) {
    const std::string bytes = archive(GetParam());
    const std::size_t last_data = bytes.find_last_not_of('\0');
    const std::size_t mark_whole = (last_data / 512 + 1) * 512 + 1024;
    // Each cut is read from the start; where that is slow a prime number of blocks is left out.
    constexpr std::size_t kStep = test::kIsSanitized ? 127 * 512 : 512;
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
    formats::TarCheck tar;
    ASSERT_TRUE(tar.feed(std::as_bytes(std::span(bytes.data(), bytes.size()))));
    const auto listed = run_program("tar -tf " + (temp_ / "a.tar") + " | wc -l");
    EXPECT_EQ(std::to_string(*tar.entries()) + "\n", listed.output);
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
    EXPECT_FALSE(check(archive("tar -cf a.tar t") + std::string(511, '\0') + "x"));
    EXPECT_FALSE(check(""));
    EXPECT_FALSE(check(std::string(512, '\0')));
    EXPECT_TRUE(check(std::string(1024, '\0')));
}

// A record of 20 blocks is what tar writes; 8 MiB is the largest that is believed.
TEST_F(TarCheckTest, takes_after_the_end_mark_what_a_blocking_factor_explains) {
    const std::string bytes = archive("tar -cf a.tar t");
    EXPECT_TRUE(check(bytes));
    const std::string beyond(std::size_t{8192} << 10, '\0');
    const auto checked = check(bytes + beyond);
    ASSERT_FALSE(checked);
    EXPECT_NE(checked.error().message().find("blocking factor"), std::string::npos)
        << checked.error().message();
}

TEST_F(TarCheckTest, reads_the_size_of_a_pax_record_whatever_stands_around_it) {
    const auto made =
        run_program("cd " + temp_.path() +
                    " && truncate -s 9G huge && echo end >>huge && "
                    "setfattr -n user.long -v $(head -c 3000 /dev/zero | tr '\\0' x) huge; "
                    "tar --format=posix --xattrs -S -cf a.tar huge");
    ASSERT_EQ(made.exit_code, 0) << made.output;
    for (const std::size_t piece : {1UL, 100UL, 4096UL}) {
        const auto checked = check(read_file(temp_ / "a.tar"), piece);
        EXPECT_TRUE(checked) << checked.error().message();
    }
}

TEST_F(TarCheckTest, refuses_an_extended_header_that_holds_other_data) {
    std::string bytes = archive("tar --format=posix -cf a.tar t");
    const std::size_t record = bytes.find(" mtime=");
    ASSERT_NE(record, std::string::npos);
    bytes[record - 1] = 'x';
    EXPECT_FALSE(check(bytes));
}

} // namespace
} // namespace intact::test
