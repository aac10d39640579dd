// What is installed as /etc/intact.
#include "config/config.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>
#include <string>

namespace intact::config {
namespace {

using test::TempDir;

TEST(ShippedFiles, are_right_as_they_are) {
    const std::string shipped = INTACT_TEST_DATA "/../../config/";
    const TempDir dir;
    dir.write("intact.toml", test::read_file(shipped + "intact.toml"));
    for (const std::string name : {"etc", "postgresql", "kubernetes", "mysql", "nas"}) {
        dir.write("jobs.d/" + name + ".toml",
                  test::read_file(shipped + "jobs.d/" + name + ".toml.example"));
    }
    const Configuration loaded = load({{dir.path()}, ""});
    for (const Diagnostic &one : loaded.diagnostics) {
        ADD_FAILURE() << render_long(one, false);
    }
    EXPECT_EQ(loaded.jobs.size(), 5U);
}

TEST(ShippedFiles, stay_right_when_their_comments_are_taken_away) {
    std::string text = test::read_file(INTACT_TEST_DATA "/../../config/intact.toml");
    for (std::size_t at = text.find("\n#"); at != std::string::npos;
         at = text.find("\n#", at + 1)) {
        const char next = at + 2 < text.size() ? text[at + 2] : ' ';
        if (next == '[' || (next >= 'a' && next <= 'z')) {
            text.erase(at + 1, 1);
        }
    }
    const TempDir dir;
    const Configuration loaded = load_files({dir.write("intact.toml", text)});
    for (const Diagnostic &one : loaded.diagnostics) {
        ADD_FAILURE() << render_long(one, false);
    }
}

} // namespace
} // namespace intact::config
