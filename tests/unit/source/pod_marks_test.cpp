#include "source/pod_marks.hpp"

#include "source/tar_only_sink.hpp"
#include "support/string_sink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intact::test {
namespace {

const std::string kSha256(64, 'a');

TEST(PodMarks, reads_what_the_script_says) {
    source::PodMarks marks("m-1");
    EXPECT_FALSE(marks.any());
    for (const std::string line :
         {"m-1 tar gnu", "m-1 no exclude", "m-1 no tee", "m-1 no tee", "m-1 status 2\r",
          "m-1 bytes 18446744073709551615", "m-1 no ../rm"}) {
        EXPECT_FALSE(marks.take(line)) << line;
    }
    EXPECT_FALSE(marks.take("m-1 sha256 " + kSha256 + " -"));
    EXPECT_TRUE(marks.any());
    EXPECT_TRUE(marks.is_gnu_tar());
    EXPECT_TRUE(marks.lacks_exclude());
    EXPECT_THAT(marks.lacking(), testing::ElementsAre("tee"));
    EXPECT_EQ(marks.status(), 2);
    EXPECT_EQ(marks.bytes(), UINT64_MAX);
    EXPECT_EQ(marks.sha256(), kSha256);
}

TEST(PodMarks, what_is_cut_or_none_counts_as_not_said) {
    source::PodMarks marks("m-1");
    for (const std::string line :
         {"m-1", "m-1 ", "m-1 status", "m-1 status -1", "m-1 status 1x", "m-1 status 99999999999",
          "m-1 bytes 18446744073709551616", "m-1 bytes", "m-1 sha256 abc", "m-1 odd"}) {
        EXPECT_FALSE(marks.take(line)) << line;
    }
    EXPECT_FALSE(marks.take("m-1 sha256 " + std::string(64, 'A')));
    EXPECT_FALSE(marks.take("m-1 sha256 " + kSha256 + "a"));
    EXPECT_FALSE(marks.status());
    EXPECT_FALSE(marks.bytes());
    EXPECT_EQ(marks.sha256(), "");
}

TEST(PodMarks, hands_on_what_is_not_its_own) {
    source::PodMarks marks("m-1");
    EXPECT_EQ(marks.take("tar: odd"), "tar: odd");
    EXPECT_EQ(marks.take(""), "");
    EXPECT_EQ(marks.take("m-2 status 0"), "m-2 status 0");
    EXPECT_EQ(marks.take("tar: oddm-1 status 3"), "tar: odd");
    EXPECT_EQ(marks.status(), 3);
    EXPECT_FALSE(marks.take("m-1 status 0"));
    EXPECT_EQ(marks.status(), 3) << "the first counts";
}

// In pieces of every size: the source's reads fall as they like.
TEST(TarOnlySink, hands_on_all_but_the_words_of_a_runtime) {
    std::string large = "./a";
    large.resize(9000, 'x');
    const std::string words = "OCI runtime exec failed: odd";
    for (const std::string &text :
         {std::string(), std::string("O"), std::string("OCI runt"), std::string("./"), large,
          std::string("OCI runtimes"), words + "\r\n" + std::string(9000, 'y')}) {
        for (const std::size_t piece : {1U, 5U, 12U, 4096U, 10000U}) {
            StringSink inner(100);
            source::TarOnlySink sink(inner);
            for (std::size_t at = 0; at < text.size();) {
                const auto room = sink.space();
                ASSERT_TRUE(room);
                const std::size_t count = std::min(std::min(piece, room->size()), text.size() - at);
                std::memcpy(room->data(), text.data() + at, count);
                sink.commit(count);
                at += count;
            }
            ASSERT_TRUE(sink.finish());
            ASSERT_TRUE(sink.finish());
            const bool is_words = text.starts_with(words);
            EXPECT_EQ(inner.text, is_words ? "" : text);
            EXPECT_EQ(sink.passed(), inner.text.size());
            EXPECT_EQ(sink.words(), is_words ? words : "");
        }
    }
}

} // namespace
} // namespace intact::test
