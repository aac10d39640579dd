#include "source/presets.hpp"

#include "source/scratch.hpp"
#include "support/temp_dir.hpp"

#include <cstdlib>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace intact::test {
namespace {

using config::DatabaseSource;
using config::SourceType;
using source::Present;
using testing::ElementsAre;
using testing::HasSubstr;
using From = config::VariableValue::From;

class PresetsTest : public testing::Test {
protected:
    PresetsTest() { source_.tools = dir_.path(); }

    /// By its words, without the directory of the programs.
    std::vector<std::string> words(const Result<source::ToolCall> &call) const {
        EXPECT_TRUE(call) << (call ? "" : call.error().message());
        std::vector<std::string> argv = call ? call->command.command : std::vector<std::string>{""};
        argv.front() = std::filesystem::path(argv.front()).filename().string();
        return argv;
    }
    std::vector<std::string> dump(SourceType type, const std::string &database) {
        source_.type = type;
        source_.database = database;
        call_ = source::dump_call(source_, {});
        return words(call_);
    }
    std::vector<std::string> restore(const std::string &format, Present present) {
        source_.format = formats::Format::parse(format).value();
        call_ = source::restore_call(source_, format, present, {});
        return words(call_);
    }
    std::string variable(const std::string &name) const {
        const auto found = call_->command.environment.find(name);
        return found == call_->command.environment.end() ? "" : found->second.text;
    }
    void put_program(const std::string &name) {
        const std::string path = dir_.write(name, "#!/bin/sh\n");
        ASSERT_EQ(chmod(path.c_str(), 0755), 0);
    }
    /// A server with a password from a file.
    void connect() {
        source_.host = "db";
        source_.port = 7;
        source_.user = "me";
        source_.password = {dir_.write("secret", "a\"b\\c'd e#f\n"), From::file, {}};
        ASSERT_EQ(chmod((dir_ / "secret").c_str(), 0400), 0);
    }
    std::string secret() const {
        std::array<char, 100> text{};
        const ssize_t count = read(call_->secret.get(), text.data(), text.size());
        return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
    }

    TempDir dir_;
    DatabaseSource source_;
    Result<source::ToolCall> call_;
};

TEST_F(PresetsTest, postgresql_is_told_all_by_variables) {
    connect();
    source_.options = {"--schema=a"};
    EXPECT_THAT(
        dump(SourceType::postgresql, "-shop"),
        ElementsAre("pg_dump", "--format=custom", "--compress=0", "--no-password", "--schema=a"));
    EXPECT_EQ(variable("PGHOST"), "db");
    EXPECT_EQ(variable("PGPORT"), "7");
    EXPECT_EQ(variable("PGUSER"), "me");
    EXPECT_EQ(variable("PGDATABASE"), "-shop");
    EXPECT_EQ(call_->command.environment.at("PGPASSWORD"), *source_.password);
    EXPECT_FALSE(call_->secret);
    EXPECT_THAT(dump(SourceType::postgresql, "all"),
                ElementsAre("pg_dumpall", "--no-password", "--schema=a"));
    EXPECT_EQ(variable("PGDATABASE"), "");
}

TEST_F(PresetsTest, postgresql_takes_back_what_it_gave) {
    dump(SourceType::postgresql, "shop");
    EXPECT_THAT(restore("pgdump-custom", Present::kept),
                ElementsAre("pg_restore", "--no-password", "--exit-on-error",
                            "--single-transaction", "--dbname=shop"));
    EXPECT_THAT(restore("pgdump-custom", Present::replaced),
                ElementsAre("pg_restore", "--no-password", "--exit-on-error",
                            "--single-transaction", "--clean", "--if-exists", "--dbname=shop"));
    source_.format = formats::Format::parse("pgdump-custom").value();
    const auto other = source::restore_call(source_, "pgdump-plain", Present::kept, {});
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code(), ErrorCode::unsupported);
    source_.database = "all";
    EXPECT_EQ(restore("pgdump-plain", Present::kept).front(), "psql");
}

TEST_F(PresetsTest, mysql_reads_the_password_from_a_file_first_of_all) {
    connect();
    EXPECT_THAT(dump(SourceType::mysql, "-shop"),
                ElementsAre("mariadb-dump", "--defaults-extra-file=/proc/self/fd/3", "--host=db",
                            "--port=7", "--user=me", "--single-transaction", "--quick",
                            "--routines", "--triggers", "--events", "--no-tablespaces", "--",
                            "-shop"));
    EXPECT_EQ(call_->handover().descriptors, std::vector<int>{call_->secret.get()});
    EXPECT_EQ(secret(), "[client]\npassword=\"a\\\"b\\\\c'd e#f\"\n");
    struct stat status{};
    ASSERT_EQ(fstat(call_->secret.get(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0400U);
    // By whichever name it goes here.
    put_program("mysqldump");
    EXPECT_EQ(dump(SourceType::mysql, "shop").front(), "mysqldump");
    put_program("mariadb-dump");
    EXPECT_EQ(dump(SourceType::mysql, "all").front(), "mariadb-dump");
    EXPECT_EQ(call_->command.command.back(), "--all-databases");
    source_.host = "";
    source_.socket = "/s";
    EXPECT_THAT(dump(SourceType::mysql, "all"), testing::Contains("--socket=/s"));
}

TEST_F(PresetsTest, mysql_and_sqlite_replace_only_for_those_who_say_so) {
    source_.file = dir_.write("file", "x");
    for (const auto &[type, format] :
         {std::pair(SourceType::mysql, "mysqldump"), {SourceType::sqlite, "sqlite"}}) {
        source_.type = type;
        source_.format = formats::Format::parse(format).value();
        const auto kept = source::restore_call(source_, format, Present::kept, {});
        ASSERT_FALSE(kept);
        EXPECT_EQ(kept.error().code(), ErrorCode::usage);
        EXPECT_TRUE(source::restore_call(source_, format, Present::replaced, {}));
    }
    source_.file = dir_ / "new";
    EXPECT_EQ(restore("sqlite", Present::kept).back(), ".restore copy");
}

TEST_F(PresetsTest, mongodb_reads_the_password_from_yaml) {
    connect();
    EXPECT_THAT(dump(SourceType::mongodb, "shop"),
                ElementsAre("mongodump", "--config=/proc/self/fd/3", "--host=db", "--port=7",
                            "--username=me", "--archive", "--db=shop"));
    EXPECT_EQ(secret(), "password: \"a\\\"b\\\\c'd e#f\"\n");
    EXPECT_EQ(restore("mongodb-archive", Present::replaced).back(), "--nsInclude=shop.*");
    source_.database = "all";
    EXPECT_EQ(restore("mongodb-archive", Present::replaced).back(), "--drop");
}

TEST_F(PresetsTest, redis_is_dumped_and_restored_by_nobody) {
    connect();
    EXPECT_THAT(dump(SourceType::redis, ""),
                ElementsAre("redis-cli", "-h", "db", "-p", "7", "--user", "me", "--no-auth-warning",
                            "--rdb", "-"));
    EXPECT_EQ(call_->command.environment.at("REDISCLI_AUTH"), *source_.password);
    const auto back = source::restore_call(source_, "redis-rdb", Present::replaced, {});
    ASSERT_FALSE(back);
    EXPECT_EQ(back.error().code(), ErrorCode::unsupported);
    EXPECT_THAT(std::string(back.error().hint()), HasSubstr("--stdout"));
}

TEST_F(PresetsTest, a_password_that_cannot_be_read_starts_nothing) {
    source_.type = SourceType::mysql;
    source_.database = "shop";
    source_.password = {dir_ / "none", From::file, {}};
    const auto call = source::dump_call(source_, {});
    ASSERT_FALSE(call);
    EXPECT_EQ(call.error().code(), ErrorCode::credential_failed);
    EXPECT_THAT(call.error().message(), HasSubstr("source.password"));
}

TEST_F(PresetsTest, items_tell_what_and_where) {
    source_.database = "shop";
    EXPECT_THAT(source::items_of(source_), ElementsAre("shop", "localhost"));
    source_.host = "db";
    source_.port = 7;
    EXPECT_THAT(source::items_of(source_), ElementsAre("shop", "db:7"));
    source_.file = "/f";
    EXPECT_THAT(source::items_of(source_), ElementsAre("/f"));
}

TEST(ScratchTest, goes_with_its_owner_and_takes_what_dead_ones_left) {
    const TempDir dir;
    ASSERT_EQ(setenv("TMPDIR", dir.path().c_str(), 1), 0);
    const auto count = [&] {
        return std::distance(std::filesystem::directory_iterator(dir.path()), {});
    };
    std::string left;
    {
        const auto first = source::Scratch::make("a");
        ASSERT_TRUE(first);
        const auto second = source::Scratch::make("a"); // the first is in use
        ASSERT_TRUE(second);
        EXPECT_EQ(count(), 2);
        left = first->path();
    }
    EXPECT_EQ(count(), 0);
    dir.write(left.substr(dir.path().size() + 1) + "/copy", "text");
    {
        const auto other = source::Scratch::make("b");
        EXPECT_EQ(count(), 2);
        const auto same = source::Scratch::make("a");
        EXPECT_FALSE(std::filesystem::exists(left));
    }
    EXPECT_EQ(unsetenv("TMPDIR"), 0);
}

} // namespace
} // namespace intact::test
