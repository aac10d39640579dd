// Variables that are references, and secrets in plain text.
#include "config/config.hpp"
#include "config/file_access.hpp"
#include "config/plain_secrets.hpp"

#include "support/temp_dir.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace intact::config {
namespace {

using test::TempDir;
using testing::HasSubstr;
using From = VariableValue::From;

const std::string kCommandLines =
    "[source]\ntype = \"command\"\ncommand = [\"true\"]\nformat = \"jsonl\"\n";

class SecretsTest : public testing::Test {
protected:
    Configuration load_job(const std::string &toml, mode_t mode = 0600) {
        const std::string path = dir_.write("a.toml", toml);
        EXPECT_EQ(chmod(path.c_str(), mode), 0);
        return load_files({path});
    }
    TempDir dir_;
};

TEST_F(SecretsTest, take_a_place_of_each_kind) {
    const Configuration loaded = load_job(kCommandLines + R"([source.environment]
PGHOST = "db"
PGPASSFILE = { credential = "pgpass" }
PGPASSWORD = { credential = "pg", as = "content" }
VAULT_TOKEN = { file = "/etc/intact/secrets/token" }
AWS_SECRET_ACCESS_KEY.command = ["pass", "show", "aws"]
)");
    ASSERT_EQ(loaded.errors(), 0U);
    const Variables expected{
        {"PGHOST", {"db"}},
        {"PGPASSFILE", {"pgpass", From::credential_path}},
        {"PGPASSWORD", {"pg", From::credential}},
        {"VAULT_TOKEN", {"/etc/intact/secrets/token", From::file}},
        {"AWS_SECRET_ACCESS_KEY", {"", From::command, {"pass", "show", "aws"}}},
    };
    EXPECT_EQ(std::get<CommandSource>(loaded.jobs.at(0).job.source).environment, expected);
}

TEST_F(SecretsTest, are_shown_as_references_that_read_back_as_the_same) {
    const std::string text = kCommandLines +
                             "environment = { A = { credential = \"p\", as = \"path\" }, "
                             "B = { credential = \"c\", as = \"content\" }, "
                             "C = { file = \"/f\" }, D = { command = [\"a\", \"b\"] } }\n";
    const Configuration loaded = load_job(text);
    ASSERT_EQ(loaded.errors(), 0U);
    std::string again = kCommandLines;
    for (const Setting &one : loaded.jobs.at(0).settings) {
        if (one.key.starts_with("source.environment.")) {
            again += one.key.substr(std::string("source.").size()) + " = " + one.value + "\n";
        }
    }
    EXPECT_THAT(again, HasSubstr("environment.C = { file = \"/f\" }"));
    const Configuration read_back = load_job(again);
    ASSERT_EQ(read_back.errors(), 0U) << again;
    EXPECT_EQ(std::get<CommandSource>(read_back.jobs.at(0).job.source).environment,
              std::get<CommandSource>(loaded.jobs.at(0).job.source).environment);
}

TEST_F(SecretsTest, are_passwords_whose_credential_is_meant_by_its_content) {
    const std::string lines = "[source]\ntype = \"redis\"\n";
    for (const auto &[text, value] :
         {std::pair(R"({ credential = "c" })", VariableValue{"c", From::credential, {}}),
          {R"({ credential = "c", as = "content" })", {"c", From::credential, {}}},
          {R"({ file = "/f" })", {"/f", From::file, {}}},
          {R"({ command = ["a"] })", {"", From::command, {"a"}}},
          {R"("plain")", {"plain", From::text, {}}}}) {
        const Configuration loaded = load_job(fmt::format("{}password = {}\n", lines, text));
        ASSERT_EQ(loaded.errors(), 0U) << text;
        EXPECT_EQ(std::get<DatabaseSource>(loaded.jobs.at(0).job.source).password, value);
        // As it is shown it reads back as the same, but for a text.
        const auto &settings = loaded.jobs.at(0).settings;
        const auto shown = std::find_if(settings.begin(), settings.end(), [](const Setting &one) {
            return one.key == "source.password";
        });
        ASSERT_NE(shown, settings.end());
        const Configuration again = load_job(fmt::format("{}password = {}\n", lines, shown->value));
        ASSERT_EQ(again.errors(), 0U) << shown->value;
        const VariableValue expected =
            value.from == From::text ? VariableValue{"***", From::text, {}} : value;
        EXPECT_EQ(std::get<DatabaseSource>(again.jobs.at(0).job.source).password, expected);
    }
    const Configuration plain = load_job(lines + "password = \"hunter2\"\n", 0644);
    ASSERT_EQ(plain.diagnostics.size(), 1U);
    EXPECT_EQ(plain.diagnostics.front().code, "E025");
    EXPECT_THAT(plain.diagnostics.front().message, HasSubstr("'source.password' is a secret"));
}

TEST_F(SecretsTest, in_plain_text_are_refused_where_others_may_read_them) {
    const std::string text = kCommandLines + "environment = { PGPASSWORD = \"hunter2\" }\n";
    EXPECT_EQ(load_job(text, 0600).errors(), 0U);
    for (const mode_t mode : {0604U, 0644U}) {
        const Configuration loaded = load_job(text, mode);
        ASSERT_EQ(loaded.diagnostics.size(), 1U);
        const Diagnostic &one = loaded.diagnostics.front();
        EXPECT_EQ(one.code, "E025");
        EXPECT_EQ(one.line, 5U);
        EXPECT_EQ(one.column, 30U);
        EXPECT_EQ(one.width, 9U);
        EXPECT_THAT(one.message, HasSubstr("'source.environment.PGPASSWORD'"));
        EXPECT_THAT(one.message, HasSubstr("everybody"));
        EXPECT_THAT(one.hint, HasSubstr("PGPASSWORD = { credential"));
        EXPECT_EQ(render_long(one, false).find("hunter2"), std::string::npos);
        EXPECT_TRUE(loaded.jobs.empty());
    }
}

TEST_F(SecretsTest, in_plain_text_are_refused_in_hooks_and_defaults_too) {
    const std::string main =
        dir_.write("intact.toml", "[defaults.hooks]\nenvironment = { API_TOKEN = \"hunter2\" }\n");
    ASSERT_EQ(chmod(main.c_str(), 0644), 0);
    const Configuration loaded = load_files({main});
    ASSERT_EQ(loaded.errors(), 1U);
    EXPECT_EQ(loaded.diagnostics[0].code, "E025");
    EXPECT_EQ(loaded.diagnostics[0].line, 2U);
}

TEST_F(SecretsTest, that_are_references_or_empty_may_be_read_by_everybody) {
    EXPECT_EQ(load_job(kCommandLines +
                           "environment = { PGPASSWORD = \"\", A_TOKEN = { file = \"/t\" }, "
                           "PGPASSFILE = \"/p\" }\n",
                       0644)
                  .errors(),
              0U);
}

TEST_F(SecretsTest, in_a_run_that_was_handed_its_text_were_judged_before) {
    const Snapshot snapshot{std::nullopt,
                            {dir_ / "gone.toml", kCommandLines + "environment.A_TOKEN = \"x\"\n"}};
    EXPECT_EQ(load_snapshot(snapshot).errors(), 0U);
}

TEST(SecretNames, are_told_from_those_of_places) {
    for (const char *name :
         {"PGPASSWORD", "mysql_password", "MYSQL_PWD", "VAULT_TOKEN", "DB_PASS",
          "AWS_SECRET_ACCESS_KEY", "BORG_PASSPHRASE", "PAGER_KEY", "VAULT_SECRET_ID"}) {
        EXPECT_TRUE(names_secret(name)) << name;
    }
    for (const char *name :
         {"PGPASSFILE", "PGHOST", "PWD", "OLDPWD", "RESTIC_PASSWORD_FILE", "KEYBOARD", "LESSKEY",
          "RESTIC_PASSWORD_COMMAND", "SSH_KEY_PATH", "AWS_ACCESS_KEY_ID", "PASSWORD_STORE_DIR"}) {
        EXPECT_FALSE(names_secret(name)) << name;
    }
}

TEST(FileAccess, of_a_group_is_by_whose_group_it_is) {
    struct stat file{};
    file.st_gid = 0;
    file.st_mode = S_IFREG | 0640;
    EXPECT_EQ(others_with(7, file), std::nullopt);
    file.st_mode = S_IFREG | 0660;
    EXPECT_NE(others_with(7, file), std::nullopt);
    EXPECT_EQ(others_with(1, file), std::nullopt);
    file.st_gid = 424242;
    file.st_mode = S_IFREG | 0640;
    EXPECT_EQ(others_with(7, file), "group '424242'");
    file.st_mode = S_IFREG | 0600;
    EXPECT_EQ(others_with(7, file), std::nullopt);
    file.st_mode = S_IFREG | 0604;
    EXPECT_EQ(others_with(7, file), "everybody");
}

TEST(FileAccess, is_the_services_when_root_or_this_user_owns_it) {
    struct stat file{};
    EXPECT_TRUE(is_of_service(file));
    file.st_uid = geteuid();
    EXPECT_TRUE(is_of_service(file));
    file.st_uid = 424242;
    EXPECT_FALSE(is_of_service(file));
}

} // namespace
} // namespace intact::config
