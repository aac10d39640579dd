#include "destination/manifest.hpp"

#include "pipeline/digest.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace intact::test {
namespace {

destination::Manifest sample() {
    destination::Manifest m;
    m.job = "etc";
    m.run_id = "01JDABCDEFGHJKMNPQRSTVWXYZ";
    m.host = "node-1";
    m.started = m.finished = WallTime(std::chrono::milliseconds(1790000000123));
    m.source_type = "files";
    m.source_items = {"/etc", "/odd\xff\n"};
    m.archive = "etc-20261122T020000Z.tar.zst";
    m.bytes = 5000000000;
    m.sha256 = std::string(64, 'a');
    m.compression = "zstd";
    m.format = "tar";
    m.proven = "structure";
    m.stream_bytes = 9000000000;
    m.stream_sha256 = std::string(64, 'b');
    m.entries = 12;
    m.warning_count = 2000;
    m.warnings_by_kind = {{WarningKind::vanished, 1999}, {WarningKind::suspicious, 1}};
    m.warnings = {{WarningKind::vanished, "/etc/a\xfe", "gone"}};
    m.filesystem = "ext4";
    m.strategy = "atomic-rename";
    m.variant = "rename";
    m.verified_depth = "archive";
    m.verified_level = "cold";
    m.previous_archive = "etc-20261121T020000Z.tar.zst";
    m.previous_manifest_sha256 = std::string(64, 'c');
    return m;
}

/// With the digest that it has to have, as whoever can write there can give it.
std::string sealed(std::string text) {
    const std::string key = "\"manifest_sha256\": \"";
    const std::size_t digest = text.rfind(key) + key.size();
    text.replace(digest, 64, 64, '0');
    return text.replace(digest, 64, pipeline::Sha256::of(text));
}

TEST(ManifestTest, reads_back_what_it_wrote) {
    const std::string text = destination::render_manifest(sample());
    const auto parsed = destination::parse_manifest(text);
    ASSERT_TRUE(parsed) << parsed.error().message();
    EXPECT_EQ(destination::render_manifest(*parsed), text);
    EXPECT_EQ(parsed->bytes, 5000000000U);
    EXPECT_EQ(parsed->started, sample().started);
    EXPECT_EQ(parsed->warnings.front().kind, WarningKind::vanished);
    EXPECT_EQ(parsed->warnings_by_kind, sample().warnings_by_kind);
    EXPECT_TRUE(destination::is_suspicious(*parsed));
    EXPECT_EQ(parsed->previous_archive, sample().previous_archive);
}

// As manifests were before they counted by kind.
TEST(ManifestTest, without_counts_by_kind_counts_what_it_lists) {
    std::string text = destination::render_manifest(sample());
    const std::size_t from = text.find("\"kinds\"");
    text.erase(from, text.find("\"first\"") - from);
    const auto parsed = destination::parse_manifest(sealed(text));
    ASSERT_TRUE(parsed) << parsed.error().message();
    const std::map<WarningKind, std::uint64_t> expected{{WarningKind::vanished, 1}};
    EXPECT_EQ(parsed->warnings_by_kind, expected);
    EXPECT_EQ(parsed->warning_count, 2000U);
    EXPECT_FALSE(destination::is_suspicious(*parsed));
}

TEST(ManifestTest, refuses_a_time_that_no_clock_of_ours_can_hold) {
    destination::Manifest m = sample();
    m.started = WallTime(std::chrono::hours(-24));
    EXPECT_FALSE(destination::parse_manifest(destination::render_manifest(m)));
}

TEST(ManifestTest, notices_every_flipped_bit) {
    const std::string text = destination::render_manifest(sample());
    std::size_t flips = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        for (int bit = 0; bit < 8; ++bit, ++flips) {
            std::string bad = text;
            bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
            const auto parsed = destination::parse_manifest(bad);
            ASSERT_FALSE(parsed) << "bit " << bit << " of byte " << i;
            ASSERT_EQ(parsed.error().code(), ErrorCode::manifest_damaged);
        }
    }
    std::printf("flipped bits found: %zu\n", flips);
}

TEST(ManifestTest, notices_every_cut_and_every_added_byte) {
    const std::string text = destination::render_manifest(sample());
    for (std::size_t i = 0; i < text.size(); ++i) {
        ASSERT_FALSE(destination::parse_manifest(std::string_view(text).substr(0, i)))
            << "cut at " << i;
        std::string longer = text;
        longer.insert(i, 1, ' ');
        ASSERT_FALSE(destination::parse_manifest(longer)) << "added at " << i;
    }
    EXPECT_FALSE(destination::parse_manifest(text + " "));
}

TEST(ManifestTest, refuses_an_archive_name_that_leads_elsewhere) {
    for (const char *name : {"../etc/passwd", "/etc/passwd", ".hidden", ""}) {
        destination::Manifest m = sample();
        m.archive = name;
        EXPECT_FALSE(destination::parse_manifest(destination::render_manifest(m))) << name;
    }
}

TEST(ManifestTest, survives_hostile_nesting_and_nonsense) {
    for (const std::string &text : {std::string(1 << 20, '['), std::string("null"), std::string(),
                                    std::string(100000, '{'), std::string("\xff\xfe")}) {
        EXPECT_FALSE(destination::parse_manifest(text));
    }
    std::string deep = destination::render_manifest(sample());
    deep.insert(deep.find("\"job\""),
                "\"x\": " + std::string(1 << 20, '[') + std::string(1 << 20, ']') + ", ");
    EXPECT_FALSE(destination::parse_manifest(sealed(deep)));
}

TEST(ManifestTest, its_checksum_line_is_what_sha256sum_reads) {
    const TempDir temp;
    for (const std::string name : {"plain", "with space", "back\\slash", "new\nline"}) {
        temp.write(name, "content\n");
        destination::Manifest m = sample();
        m.archive = name;
        m.sha256 = "434728a410a78f56fc1b5899c3593436e61ab0c731e9072d95e96db290205e53";
        temp.write("sums", destination::render_checksum(m));
        const auto result = run_program("cd " + temp.path() + " && sha256sum -c --strict sums");
        EXPECT_EQ(result.exit_code, 0) << result.output;
    }
}

} // namespace
} // namespace intact::test
