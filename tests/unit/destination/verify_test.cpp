#include "unit/destination/fixture.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <thread>

namespace intact::test {
namespace {

using config::VerifyDepth;
using destination::Naming;

class VerifyTest : public DestinationTest {
protected:
    void SetUp() override {
        ASSERT_TRUE(publish("a.tar.zst", "some content", Naming::time_stamped));
    }
    std::string archive_ = "a.tar.zst";
};

TEST_F(VerifyTest, passes_a_whole_backup_and_says_where_it_was_read_from) {
    const auto verified = verify(archive_);
    ASSERT_TRUE(verified) << verified.error().message();
    EXPECT_EQ(verified->depth, VerifyDepth::archive);
    EXPECT_NE(verified->level, destination::ReadLevel::stream);
}

TEST_F(VerifyTest, finds_a_flip_of_every_byte_of_every_file) {
    std::size_t flips = 0;
    for (const char *suffix : {"", ".sha256", ".manifest.json"}) {
        const std::string name = archive_ + suffix;
        const std::string good = read_file(temp_ / ("dest/" + name));
        for (std::size_t i = 0; i < good.size(); ++i, ++flips) {
            std::string bad = good;
            bad[i] = static_cast<char>(~bad[i]);
            temp_.write("dest/" + name, bad);
            for (const VerifyDepth depth : {VerifyDepth::checksum, VerifyDepth::archive}) {
                const auto verified = verify(archive_, depth);
                ASSERT_FALSE(verified) << name << " byte " << i;
                ASSERT_EQ(exit_code_of(verified.error().code()), 5) << verified.error().message();
                ASSERT_NE(verified.error().message().find(name), std::string::npos)
                    << verified.error().message();
            }
        }
        temp_.write("dest/" + name, good);
    }
    std::printf("flipped bytes found: %zu\n", flips);
    EXPECT_TRUE(verify(archive_));
}

TEST_F(VerifyTest, finds_a_cut_at_every_length_and_an_added_byte) {
    const std::string good = read_file(temp_ / ("dest/" + archive_));
    for (std::size_t length = 0; length < good.size(); ++length) {
        temp_.write("dest/" + archive_, good.substr(0, length));
        for (const VerifyDepth depth :
             {VerifyDepth::size, VerifyDepth::checksum, VerifyDepth::archive}) {
            ASSERT_FALSE(verify(archive_, depth)) << "cut at " << length;
        }
    }
    temp_.write("dest/" + archive_, good + '\0');
    EXPECT_FALSE(verify(archive_));
    std::printf("cut lengths found: %zu\n", good.size());
}

TEST_F(VerifyTest, names_what_is_missing) {
    for (const char *suffix : {"", ".sha256"}) {
        ASSERT_TRUE(directory_.rename(archive_ + suffix, "aside", os::IfExists::fail));
        const auto verified = verify(archive_);
        ASSERT_FALSE(verified);
        EXPECT_EQ(verified.error().code(), ErrorCode::backup_missing);
        ASSERT_TRUE(directory_.rename("aside", archive_ + suffix, os::IfExists::fail));
    }
}

TEST_F(VerifyTest, an_archive_that_is_no_regular_file_is_a_mismatch) {
    ASSERT_TRUE(directory_.rename(archive_, "elsewhere", os::IfExists::fail));
    ASSERT_EQ(symlink("elsewhere", (temp_ / ("dest/" + archive_)).c_str()), 0);
    EXPECT_EQ(verify(archive_).error().code(), ErrorCode::verify_mismatch);
    ASSERT_TRUE(directory_.remove(archive_));
    ASSERT_EQ(mkfifo((temp_ / ("dest/" + archive_)).c_str(), 0600), 0);
    EXPECT_EQ(verify(archive_).error().code(), ErrorCode::verify_mismatch);
}

TEST_F(VerifyTest, finds_an_entry_count_that_is_not_the_manifests) {
    const auto text = directory_.read_file(archive_ + ".manifest.json", 1 << 20);
    auto manifest = *destination::parse_manifest(*text);
    manifest.entries = 2;
    temp_.write("dest/" + archive_ + ".manifest.json", destination::render_manifest(manifest));
    const auto verified = verify(archive_);
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().code(), ErrorCode::archive_damaged);
    EXPECT_NE(verified.error().message().find("entries: expected 2, found 1"), std::string::npos);
}

TEST_F(VerifyTest, a_stop_ends_it) {
    std::stop_source stop;
    stop.request_stop();
    const auto verified = destination::verify_backup(directory_, archive_ + ".manifest.json",
                                                     VerifyDepth::archive, stop.get_token());
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().code(), ErrorCode::cancelled);
}

} // namespace
} // namespace intact::test
