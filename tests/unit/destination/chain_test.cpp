#include "destination/chain.hpp"
#include "unit/destination/fixture.hpp"

#include <gmock/gmock.h>

namespace intact::test {
namespace {

using destination::check_chain;
using destination::FoundBackup;

FoundBackup backup(const std::string &run, const std::string &archive, const std::string &previous,
                   const std::string &previous_sha256) {
    destination::Manifest manifest;
    manifest.run_id = run;
    manifest.host = "here";
    manifest.archive = archive;
    manifest.previous_archive = previous;
    manifest.previous_manifest_sha256 = previous_sha256;
    return {archive + ".manifest.json", "sha-of-" + archive, manifest, 1};
}

TEST(ChainTest, is_content_when_every_link_holds) {
    const auto report =
        check_chain({backup("1", "a", "z", "gone before the oldest"),
                     backup("2", "b", "a", "sha-of-a"), backup("3", "c", "b", "sha-of-b")},
                    "here");
    EXPECT_TRUE(report.faults.empty());
    EXPECT_TRUE(report.gaps.empty());
}

TEST(ChainTest, finds_a_manifest_that_is_not_the_one_of_then) {
    const auto report =
        check_chain({backup("1", "a", "", ""), backup("2", "b", "a", "sha-of-another-a")}, "here");
    ASSERT_EQ(report.faults.size(), 1U);
    EXPECT_THAT(report.faults[0].message(),
                testing::AllOf(testing::HasSubstr("'a.manifest.json'"),
                               testing::HasSubstr("expected SHA-256 sha-of-another-a")));
}

TEST(ChainTest, tells_of_a_gap_and_not_of_a_fixed_name_written_anew) {
    const auto gap =
        check_chain({backup("1", "a", "", ""), backup("3", "c", "b", "sha-of-b")}, "here");
    EXPECT_EQ(gap.gaps.size(), 1U);
    const auto replaced = check_chain(
        {backup("2", "b", "fixed", "sha-of-old-fixed"), backup("3", "fixed", "b", "sha-of-b")},
        "here");
    EXPECT_TRUE(replaced.faults.empty());
    EXPECT_TRUE(replaced.gaps.empty());
}

TEST(ChainTest, follows_each_host_for_itself) {
    auto elsewhere = backup("1", "a", "", "");
    elsewhere.manifest->host = "elsewhere";
    const auto report = check_chain({elsewhere, backup("2", "b", "a", "sha-of-another-a")}, "here");
    EXPECT_TRUE(report.faults.empty());
}

} // namespace
} // namespace intact::test
