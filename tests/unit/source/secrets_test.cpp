// Secrets by reference: from credentials, files and programs, and what is refused of them.
#include "source/secrets.hpp"

#include "base/byte_sink.hpp"
#include "support/temp_dir.hpp"

#include <chrono>
#include <cstdlib>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace intact::test {
namespace {

using config::VariableValue;
using testing::HasSubstr;
using testing::StartsWith;
using From = VariableValue::From;

class SecretsTest : public testing::Test {
protected:
    SecretsTest() {
        credential("pg", "hunter2\n");
        setenv("CREDENTIALS_DIRECTORY", (temp_ / "credentials").c_str(), 1);
    }
    ~SecretsTest() override { unsetenv("CREDENTIALS_DIRECTORY"); }

    void credential(const std::string &name, const std::string &text, mode_t mode = 0400) {
        secret_file("credentials/" + name, text, mode);
    }
    std::string secret_file(const std::string &name, const std::string &text, mode_t mode) {
        std::string path = temp_.write(name, text);
        EXPECT_EQ(chmod(path.c_str(), mode), 0);
        return path;
    }
    Result<source::GivenVariables> read(VariableValue value, const std::stop_token &stop = {}) {
        return source::read_variables({{"X", std::move(value)}}, stop,
                                      std::chrono::milliseconds(timeout_));
    }
    /// What a program finds in X; or the error.
    std::string given(const VariableValue &value) {
        const auto variables = read(value);
        if (!variables) {
            EXPECT_EQ(variables.error().code(), ErrorCode::credential_failed);
            EXPECT_NE(variables.error().hint(), "");
            EXPECT_EQ(variables.error().message().find("hunter2"), std::string::npos);
            return "error: " + variables.error().message();
        }
        os::Spawn spawn{{"true"}, {}};
        variables->add_to(spawn);
        return spawn.environment.at("X");
    }
    static VariableValue by_shell(const std::string &text) {
        return {"", From::command, {"sh", "-c", text}};
    }

    TempDir temp_;
    int timeout_ = 600000;
};

TEST_F(SecretsTest, of_a_credential_are_its_content_without_a_newline) {
    EXPECT_EQ(given({"pg", From::credential}), "hunter2");
    credential("two", "a\nb\n\n");
    EXPECT_EQ(given({"two", From::credential}), "a\nb\n");
}

TEST_F(SecretsTest, of_a_credential_are_its_path_where_its_owner_alone_may_read_it) {
    EXPECT_EQ(given({"pg", From::credential_path}), temp_ / "credentials/pg");
}

// As systemd 254 and later give credentials, with an access control list.
TEST_F(SecretsTest, of_a_credential_with_a_wider_mode_are_the_path_of_a_private_copy) {
    credential("wide", "hunter2\n", 0440);
    const auto variables = read({"wide", From::credential_path});
    ASSERT_TRUE(variables);
    os::Spawn spawn{{"sh", "-c", "stat -Lc %a \"$X\"; cat \"$X\" \"$X\"; sh -c 'cat \"$X\"'"},
                    os::clean_environment()};
    variables->add_to(spawn);
    EXPECT_THAT(spawn.environment.at("X"), StartsWith("/proc/self/fd/"));
    auto process = os::Process::start(spawn);
    ASSERT_TRUE(process);
    std::string out;
    char byte = 0;
    while (::read(process->stdout_fd(), &byte, 1) == 1) {
        out += byte;
    }
    EXPECT_EQ(out, "400\nhunter2\nhunter2\nhunter2\n");
}

TEST_F(SecretsTest, of_a_credential_that_is_not_there_are_told_how_to_give_it) {
    EXPECT_THAT(given({"none", From::credential}), HasSubstr("find the credential 'none'"));
    EXPECT_THAT(read({"none", From::credential_path}).error().hint(),
                HasSubstr("LoadCredential=none:"));
    unsetenv("CREDENTIALS_DIRECTORY");
    EXPECT_THAT(given({"pg", From::credential}), HasSubstr("$CREDENTIALS_DIRECTORY is not set"));
    EXPECT_THAT(read({"pg", From::credential}).error().hint(), HasSubstr("--via-daemon"));
}

TEST_F(SecretsTest, of_a_file_are_its_content) {
    EXPECT_EQ(given({secret_file("f", "hunter2\n", 0600), From::file}), "hunter2");
    EXPECT_EQ(given({secret_file("f", "hunter2", 0400), From::file}), "hunter2");
}

TEST_F(SecretsTest, of_a_file_that_others_may_read_or_change_are_refused) {
    for (const mode_t mode : {0604U, 0602U, 0620U, 0644U}) {
        EXPECT_THAT(given({secret_file("f", "hunter2", mode), From::file}),
                    HasSubstr(fmt::format("has mode {:04o}", mode)));
    }
}

TEST_F(SecretsTest, of_a_file_of_another_user_are_refused) {
    const std::string path = secret_file("f", "hunter2", 0600);
    if (chown(path.c_str(), 424242, 0) != 0) {
        GTEST_SKIP() << "needs root";
    }
    EXPECT_THAT(given({path, From::file}), HasSubstr("424242"));
}

TEST_F(SecretsTest, of_what_is_no_file_are_refused_without_waiting) {
    ASSERT_EQ(mkfifo((temp_ / "fifo").c_str(), 0600), 0);
    EXPECT_THAT(given({temp_ / "fifo", From::file}), HasSubstr("no regular file"));
    EXPECT_THAT(given({temp_.path(), From::file}), HasSubstr("no regular file"));
    EXPECT_THAT(given({temp_ / "none", From::file}), HasSubstr("No such file"));
}

TEST_F(SecretsTest, that_no_variable_can_hold_are_refused) {
    EXPECT_THAT(given({secret_file("f", "\n", 0600), From::file}), HasSubstr("is empty"));
    EXPECT_THAT(given({secret_file("f", std::string("hunter2\0x", 9), 0600), From::file}),
                HasSubstr("NUL"));
    const std::size_t most = (128U << 10) - 3; // "X=" and the NUL at the end
    EXPECT_EQ(given({secret_file("f", std::string(most, 'x') + "\n", 0600), From::file}).size(),
              most);
    EXPECT_THAT(given({secret_file("f", std::string(most + 1, 'x'), 0600), From::file}),
                HasSubstr("longer than a variable"));
    EXPECT_THAT(given({secret_file("f", std::string(1U << 20, 'x'), 0600), From::file}),
                HasSubstr("holds more than"));
}

TEST_F(SecretsTest, of_a_program_are_what_it_writes) {
    EXPECT_EQ(given(by_shell("echo hunter2; echo said >&2")), "hunter2");
    EXPECT_EQ(given({"", From::command, {"printf", "%s", "$HOME;x"}}), "$HOME;x");
}

TEST_F(SecretsTest, of_a_program_that_fails_are_told_with_its_last_line) {
    EXPECT_EQ(given(by_shell("echo hunter2; echo sealed >&2; exit 2")),
              "error: variable 'X': command 'sh' exited with status 2: sealed");
    EXPECT_THAT(given({"", From::command, {"no-such-program-anywhere"}}),
                HasSubstr("no-such-program-anywhere"));
    EXPECT_THAT(given(by_shell("exec yes hunter2")), HasSubstr("writes more than"));
    timeout_ = 50;
    EXPECT_THAT(given(by_shell("exec sleep 1000")), HasSubstr("took longer than 50ms"));
}

TEST_F(SecretsTest, of_a_program_end_with_the_run) {
    std::stop_source stop;
    stop.request_stop();
    const auto ended = read(by_shell("exec sleep 1000"), stop.get_token());
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code(), ErrorCode::cancelled);
}

} // namespace
} // namespace intact::test
