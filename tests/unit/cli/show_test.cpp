// `intact show`, also of manifests that mean harm.
#include "unit/cli/cli_fixture.hpp"

#include "cli/manifest_text.hpp"
#include "destination/manifest.hpp"
#include "pipeline/digest.hpp"

#include <nlohmann/json.hpp>

namespace intact::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class ShowTest : public CliTest {
protected:
    ShowTest() {
        write_files_job();
        EXPECT_EQ(intact({"run", "data", "--quiet"}).exit_code, 0);
        name_ = std::filesystem::path(archive()).filename();
        manifest_ = archive() + ".manifest.json";
    }
    destination::Manifest parsed() { return destination::parse_manifest(text()).value(); }
    std::string text() { return test::run_program("cat '" + manifest_ + "'").output; }
    void put(const std::string &text) { temp_.write("dest/" + name_ + ".manifest.json", text); }
    /// Its own digest set right, as somebody who means harm would.
    static std::string sealed(std::string text) {
        const std::string key = "\"manifest_sha256\": \"";
        const std::size_t start = text.rfind(key) + key.size();
        text.replace(start, 64, 64, '0');
        return text.replace(start, 64, pipeline::Sha256::of(text));
    }

    std::string name_;
    std::string manifest_; ///< its path
};

TEST_F(ShowTest, tells_the_facts_of_a_jobs_newest_backup) {
    const Said said = intact({"show", "data"});
    EXPECT_EQ(said.exit_code, 0) << said.error;
    const destination::Manifest manifest = parsed();
    EXPECT_THAT(said.out, AllOf(testing::StartsWith(name_ + "\n"), HasSubstr(manifest.run_id),
                                HasSubstr(manifest.sha256), HasSubstr(manifest.stream_sha256),
                                HasSubstr("source      files: " + (temp_ / "data")),
                                HasSubstr("4 entries"), HasSubstr("tar, written by Intact"),
                                HasSubstr("directory   " + (temp_ / "dest"))));
    EXPECT_THAT(said.out, AllOf(HasSubstr("warnings    none\n"), Not(HasSubstr("damaged")),
                                Not(HasSubstr("suspicious"))));
}

TEST_F(ShowTest, takes_what_verify_takes_for_a_backup) {
    const std::string expected = intact({"show", "data"}).out;
    for (const std::string &word : {name_, archive(), manifest_}) {
        EXPECT_EQ(intact({"show", word}).out, expected) << word;
    }
    const Said none = intact({"show", "nothing"});
    EXPECT_EQ(none.exit_code, 1);
    EXPECT_THAT(none.error, HasSubstr("'nothing' is neither a job nor a backup"));
}

TEST_F(ShowTest, json_is_the_manifest_itself) {
    EXPECT_EQ(intact({"show", "data", "--json"}).out, text());
}

TEST_F(ShowTest, lists_warnings_by_reason_and_how_many_are_not_listed) {
    destination::Manifest manifest = parsed();
    manifest.warning_count = 1503;
    manifest.warnings = {{WarningKind::suspicious, "", "small"},
                         {WarningKind::vanished, "/a", "gone"},
                         {WarningKind::unreadable, "/b", "denied"},
                         {WarningKind::vanished, "/c", "gone, too"}};
    manifest.warnings_by_kind = {
        {WarningKind::vanished, 1501}, {WarningKind::unreadable, 1}, {WarningKind::suspicious, 1}};
    put(destination::render_manifest(manifest));
    const Said said = intact({"show", "data"});
    EXPECT_THAT(said.out, HasSubstr("  warnings    1,503\n"
                                    "    unreadable: 1\n"
                                    "      '/b': denied\n"
                                    "    vanished: 1,501\n"
                                    "      '/a': gone\n"
                                    "      '/c': gone, too\n"
                                    "      and 1,499 more, which the manifest does not list\n"
                                    "    suspicious: 1\n"
                                    "      small\n"));
    EXPECT_THAT(said.out, HasSubstr("suspicious: not what its job expects"));
}

TEST_F(ShowTest, says_that_the_archive_is_missing) {
    std::filesystem::remove(archive());
    EXPECT_THAT(intact({"show", manifest_}).out, HasSubstr("damaged: the archive is missing"));
}

TEST_F(ShowTest, a_damaged_manifest_is_an_error) {
    put(text().replace(40, 1, "x"));
    for (const std::vector<std::string> &words :
         {std::vector<std::string>{"show", manifest_}, {"show", manifest_, "--json"}}) {
        const Said said = intact(words);
        EXPECT_EQ(said.exit_code, 5);
        EXPECT_EQ(said.out, "");
    }
}

TEST_F(ShowTest, no_text_of_a_manifest_steers_the_terminal) {
    const std::string harm = "\x1b[2J\xc2\x9b\x7f\r\nx";
    destination::Manifest manifest = parsed();
    for (std::string *text :
         {&manifest.job, &manifest.run_id, &manifest.sha256, &manifest.compression,
          &manifest.format, &manifest.proven, &manifest.stream_sha256, &manifest.filesystem,
          &manifest.strategy, &manifest.variant, &manifest.verified_depth, &manifest.source_type,
          &manifest.verified_level, &manifest.previous_archive}) {
        *text = harm;
    }
    manifest.bytes = manifest.stream_bytes = ~std::uint64_t(0);
    manifest.warning_count = 0;
    manifest.warnings = {{WarningKind::vanished, "/p", "d"}};
    std::string text = destination::render_manifest(manifest);
    const std::string path = "\"/p\"";
    text.replace(text.find(path), path.size(), "\"\\u001b[31m\xc2\x9b\x7f\"");
    put(sealed(text));
    for (const std::vector<std::string> &words :
         {std::vector<std::string>{"show", manifest_},
          {"show", manifest_, "--json"},
          {"list", "--destination", temp_ / "dest", "--long"}}) {
        const Said said = intact(words);
        EXPECT_EQ(said.exit_code, 0) << said.error;
        for (const std::string sign : {"\x1b", "\xc2\x9b", "\x7f", "\r"}) {
            EXPECT_THAT(said.out, Not(HasSubstr(sign))) << words.front();
        }
    }
    EXPECT_TRUE(nlohmann::json::accept(intact({"show", manifest_, "--json"}).out));
}

TEST_F(ShowTest, nonsense_in_a_manifest_is_refused_or_shown_and_never_more) {
    const std::string good = text();
    const std::string deep = std::string(1 << 20, '[') + std::string(1 << 20, ']');
    for (const auto &[from, to] : std::vector<std::pair<std::string, std::string>>{
             {"\"format\": 1,", "\"format\": 1, \"x\": " + deep + ","},
             {"\"format\": 1,", "\"format\": 2,"},
             {"\"kinds\": {}", "\"kinds\": {\"no_such\": 1}"},
             {"\"kinds\": {}", "\"kinds\": {\"vanished\": -1}"},
             {"\"kinds\": {}", "\"kinds\": [7]"},
             {"\"first\": []", "\"first\": [{}]"},
             {"\"first\": []", "\"first\": 7"},
             {"\"started\": \"2", "\"started\": \"9"},
             {"\"started\": \"2", "\"started\": \""}}) {
        std::string bad = good;
        ASSERT_NE(bad.find(from), std::string::npos) << from;
        bad.replace(bad.find(from), from.size(), to);
        put(sealed(bad));
        for (const std::vector<std::string> &words :
             {std::vector<std::string>{"show", manifest_}, {"show", manifest_, "--json"}}) {
            const Said said = intact(words);
            EXPECT_THAT(said.exit_code, testing::AnyOf(0, 1, 5)) << to.substr(0, 80);
            EXPECT_EQ(said.exit_code == 0, said.error.empty()) << said.error;
        }
    }
}

} // namespace
} // namespace intact::cli
