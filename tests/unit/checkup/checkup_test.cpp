// Each check, seen to find what it is there for.
#include "checkup/checkup.hpp"

#include "catalog/catalog.hpp"
#include "checkup/checks.hpp"
#include "os/unique_fd.hpp"
#include "support/temp_dir.hpp"

#include <algorithm>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace intact::test {
namespace {

using checkup::Finding;
using checkup::State;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

const char *const kUnitText = "LoadState=loaded\nActiveState=active\nSubState=running\n"
                              "UnitFileState=enabled\nNeedDaemonReload=no\nUser=root\n"
                              "AmbientCapabilities=cap_dac_read_search\n"
                              "CapabilityBoundingSet=cap_dac_read_search\n"
                              "ProtectSystem=full\nProtectHome=read-only\n";

class CheckupTest : public testing::Test {
protected:
    CheckupTest() {
        std::filesystem::create_directories(temp_ / "dest");
        temp_.write("data/one.txt", "one");
        temp_.write("conf/jobs.d/etc.toml", text_);
        host_.context.state_dir = temp_ / "state";
        host_.is_clock_synchronized = [] { return std::optional(true); };
        host_.unit = checkup::Unit::parse(kUnitText);
    }

    /// The job 'etc' with these lines after its own.
    checkup::Report report(const std::string &more = "") {
        temp_.write("conf/jobs.d/etc.toml", text_ + more);
        const auto configuration = config::load({{temp_ / "conf"}, temp_ / "state"});
        const config::Job *job = configuration.find("etc");
        return job != nullptr ? checkup::examine(host_, configuration, *job)
                              : checkup::examine(configuration, configuration.broken.at(0));
    }
    static Finding found(const checkup::Report &report, std::string_view name) {
        const auto one = std::find_if(report.findings.begin(), report.findings.end(),
                                      [name](const auto &each) { return each.name == name; });
        return one == report.findings.end() ? Finding::skipped("no such check") : one->finding;
    }
    Finding found(std::string_view name, const std::string &more = "") {
        return found(report(more), name);
    }
    /// A unit with this line instead of, or after, its own.
    void unit_with(const std::string &line) {
        host_.unit = checkup::Unit::parse(kUnitText + line + "\n");
    }
    void last_backup_took(std::uint64_t bytes) const {
        catalog::RunRecord record;
        record.run_id = "20261122T020000Z-0123456789abcdef";
        record.job = "etc";
        record.host = "here";
        record.outcome = Outcome::success;
        record.destination = temp_ / "dest";
        record.archive = "etc.tar.zst";
        record.bytes_written = bytes;
        record.finished = WallTime(std::chrono::hours(24));
        const auto catalog = catalog::Catalog::open(temp_ / "state");
        ASSERT_TRUE(catalog);
        ASSERT_TRUE((*catalog)->begin(record));
        ASSERT_TRUE((*catalog)->finish(record));
    }
    void files(const std::string &path) {
        text_ = "[source]\ntype = \"files\"\npaths = [\"" + path + "\"]\n" + destination_;
    }
    void command(const std::string &argv, const std::string &more = "") {
        text_ = "[source]\ntype = \"command\"\ncommand = [" + argv + "]\n" + more + destination_;
    }

    TempDir temp_;
    checkup::Host host_{engine::make_context(""), true, std::nullopt, {}};
    std::string destination_ = "[destination]\npath = \"" + (temp_ / "dest") + "\"\n";
    std::string text_ =
        "[source]\ntype = \"files\"\npaths = [\"" + (temp_ / "data") + "\"]\n" + destination_;
};

TEST_F(CheckupTest, finds_nothing_where_nothing_is_wrong) {
    const auto all = report("[schedule]\ncalendar = \"daily\"\n");
    EXPECT_EQ(all.exit_code(), 0);
    for (const auto &one : all.findings) {
        EXPECT_TRUE(one.finding.state == State::ok || one.finding.state == State::skipped ||
                    (one.name == "strategy" && one.finding.state == State::warning) ||
                    (one.name == "user" && geteuid() != 0))
            << one.name << ": " << one.finding.found;
    }
    EXPECT_EQ(std::filesystem::exists(temp_ / "state"), false);
    EXPECT_TRUE(std::filesystem::is_empty(temp_ / "dest"));
}

TEST_F(CheckupTest, tells_of_mistakes_in_the_configuration_with_their_place) {
    const auto broken = report("[shedule]\n");
    EXPECT_EQ(broken.exit_code(), 78);
    EXPECT_THAT(found(broken, "configuration").found,
                AllOf(HasSubstr("etc.toml:6:2: error[E"), HasSubstr("shedule")));
    EXPECT_EQ(found(broken, "source").state, State::skipped);
}

TEST_F(CheckupTest, tells_when_a_job_is_due_and_that_it_never_is) {
    EXPECT_THAT(found("schedule", "[schedule]\ncalendar = \"daily\"\n").found,
                StartsWith("next at 2"));
    EXPECT_EQ(found("schedule").state, State::skipped);
    EXPECT_EQ(found("schedule", "[schedule]\ncalendar = \"2001-01-01\"\n").state, State::error);
    text_ = "enabled = false\n" + text_;
    EXPECT_EQ(found("schedule", "[schedule]\ncalendar = \"daily\"\n").state, State::warning);
}

TEST_F(CheckupTest, finds_a_source_that_is_missing_or_is_another_filesystem) {
    files(temp_ / "nowhere");
    EXPECT_EQ(found("source").code, ErrorCode::source_unreadable);
    EXPECT_EQ(report().exit_code(), 1);
    text_ = "[source]\ntype = \"files\"\npaths = [\"" + (temp_ / "data") +
            "\"]\nrequire_mount = \"UUID=0000-0000\"\n" + destination_;
    EXPECT_EQ(found("source").code, ErrorCode::wrong_mount);
}

TEST_F(CheckupTest, looks_for_programs_as_the_service_does) {
    command("\"no-such-program\"");
    EXPECT_EQ(found("programs").code, ErrorCode::program_missing);
    command("\"cat\", \"/etc/hostname\"");
    EXPECT_THAT(found("programs").found, HasSubstr("bin/cat'"));
    unit_with("Environment=PATH=" + (temp_ / "bin"));
    EXPECT_EQ(found("programs").code, ErrorCode::program_missing);
    temp_.write("bin/cat", "#!/bin/sh\n");
    EXPECT_EQ(found("programs").state, State::error); // not executable
    std::filesystem::permissions(temp_ / "bin/cat", std::filesystem::perms::all);
    EXPECT_THAT(found("programs").found, HasSubstr(temp_ / "bin/cat"));
}

TEST_F(CheckupTest, looks_for_programs_where_the_job_says) {
    command("\"./dump\"", "working_directory = \"" + (temp_ / "bin") + "\"\n");
    EXPECT_EQ(found("programs").code, ErrorCode::program_missing);
    temp_.write("bin/dump", "#!/bin/sh\n");
    std::filesystem::permissions(temp_ / "bin/dump", std::filesystem::perms::all);
    EXPECT_EQ(found("programs").state, State::ok);
    EXPECT_THAT(found("programs", "[hooks]\nafter = [\"no-such-hook\"]\n").found,
                StartsWith("hooks.after=: no program 'no-such-hook'"));
    text_ =
        "[source]\ntype = \"kubernetes\"\nkubectl = \"no-kubectl\"\npod = \"a\"\npath = \"/b\"\n" +
        destination_;
    EXPECT_THAT(found("programs").found, HasSubstr("no-kubectl"));
}

TEST_F(CheckupTest, finds_a_destination_that_is_missing) {
    std::filesystem::remove(temp_ / "dest");
    const auto missing = report();
    EXPECT_EQ(missing.exit_code(), 1);
    EXPECT_EQ(found(missing, "destination").code, ErrorCode::not_found);
    EXPECT_THAT(found(missing, "destination").hint, HasSubstr("install -d"));
    EXPECT_EQ(found(missing, "strategy").state, State::skipped);
    EXPECT_FALSE(missing.diagnosis);
}

TEST_F(CheckupTest, finds_a_staging_directory_that_is_missing) {
    destination_ += "staging = \"" + (temp_ / "nowhere") + "\"\n";
    files(temp_ / "data");
    EXPECT_THAT(found("destination").found, StartsWith("destination.staging=: "));
}

TEST_F(CheckupTest, finds_the_wrong_filesystem) {
    destination_ += "require_mount = \"UUID=0000-0000\"\n";
    files(temp_ / "data");
    EXPECT_EQ(found("filesystem").code, ErrorCode::wrong_mount);
}

TEST_F(CheckupTest, compares_room_with_the_last_backup) {
    last_backup_took(1);
    EXPECT_EQ(found("space").state, State::ok);
    EXPECT_THAT(found("state").found, HasSubstr("last backup: 'etc.tar.zst'"));
    EXPECT_EQ(found("space", "[conditions]\nmin_free_space = \"1E\"\n").state, State::warning);
}

TEST_F(CheckupTest, finds_that_two_backups_do_not_fit) {
    last_backup_took(std::filesystem::space(temp_ / "dest").available / 4 * 3);
    EXPECT_EQ(found("space").state, State::warning);
}

TEST_F(CheckupTest, finds_that_one_backup_does_not_fit) {
    last_backup_took(std::uint64_t(1) << 60);
    EXPECT_EQ(found("space").code, ErrorCode::no_space);
}

TEST_F(CheckupTest, finds_a_state_directory_that_cannot_be_used) {
    temp_.write("state/catalog.db", "no database");
    EXPECT_EQ(found("state").code, ErrorCode::catalog_failed);
}

TEST_F(CheckupTest, finds_a_service_that_does_not_run) {
    const std::string daily = "[schedule]\ncalendar = \"daily\"\n";
    EXPECT_EQ(found("service", daily).state, State::ok);
    unit_with("UnitFileState=disabled");
    EXPECT_EQ(found("service", daily).state, State::warning);
    unit_with("NeedDaemonReload=yes");
    EXPECT_EQ(found("service", daily).state, State::warning);
    unit_with("ActiveState=inactive");
    EXPECT_THAT(found("service", daily).hint, HasSubstr("enable --now"));
    EXPECT_EQ(found("service").state, State::ok);
    unit_with("ActiveState=failed");
    EXPECT_EQ(found("service").state, State::error);
    host_.unit.reset();
    EXPECT_EQ(found("service", daily).state, State::skipped);
}

TEST_F(CheckupTest, gives_the_drop_in_for_a_destination_that_is_read_only) {
    EXPECT_EQ(found("sandbox").state, State::ok);
    const std::string real = std::filesystem::canonical(temp_ / "dest");
    unit_with("ReadOnlyPaths=" + std::string(std::filesystem::canonical(temp_ / "")));
    const Finding finding = found("sandbox");
    EXPECT_EQ(finding.code, ErrorCode::permission_denied);
    EXPECT_EQ(finding.drop_in, "[Service]\nReadWritePaths=" + real + "\n");
}

TEST_F(CheckupTest, gives_the_drop_in_for_a_source_that_is_hidden) {
    unit_with("InaccessiblePaths=" + std::string(std::filesystem::canonical(temp_ / "data")));
    EXPECT_EQ(found("sandbox").drop_in, "[Service]\nInaccessiblePaths=\n");
}

TEST_F(CheckupTest, warns_of_a_table_that_the_service_cannot_read) {
    unit_with("PrivateDevices=yes");
    EXPECT_EQ(found("sandbox").state, State::ok);
    const auto configuration = config::load({{temp_ / "conf"}, temp_ / "state"});
    checkup::Subject subject{host_, configuration, configuration.jobs.at(0).job};
    subject.filesystem->name = "FAT";
    const Finding finding = checkup::check_sandbox(subject);
    EXPECT_EQ(finding.state, State::warning);
    EXPECT_EQ(finding.drop_in,
              "[Service]\nPrivateDevices=no\nDevicePolicy=closed\nDeviceAllow=block-* r\n");
    unit_with("PrivateDevices=no");
    EXPECT_EQ(checkup::check_sandbox(subject).state, State::ok);
}

TEST_F(CheckupTest, finds_that_pods_cannot_be_reached) {
    text_ = "[source]\ntype = \"kubernetes\"\npod = \"a\"\npath = \"/b\"\n" + destination_;
    EXPECT_EQ(found("sandbox").state, State::ok);
    unit_with("PrivateNetwork=yes");
    EXPECT_EQ(found("sandbox").drop_in, "[Service]\nPrivateNetwork=no\n");
}

TEST_F(CheckupTest, leaves_the_service_out_for_a_configuration_of_ones_own) {
    host_.is_of_service = false;
    unit_with("ActiveState=failed\nInaccessiblePaths=/");
    EXPECT_EQ(found("service").state, State::skipped);
    EXPECT_EQ(found("sandbox").state, State::skipped);
}

TEST_F(CheckupTest, finds_a_credential_that_the_service_is_not_given) {
    EXPECT_EQ(found("credentials").state, State::skipped);
    host_.credentials_directory = temp_ / "credentials";
    command("\"true\"", "environment = { PGPASSFILE = { credential = \"pgpass\" } }\n");
    const Finding missing = found("credentials");
    EXPECT_EQ(missing.code, ErrorCode::credential_failed);
    EXPECT_EQ(missing.found, "source.environment.PGPASSFILE=: there is no credential 'pgpass'");
    EXPECT_THAT(missing.hint, HasSubstr("LoadCredential=pgpass:/PATH"));
    temp_.write("credentials/pgpass", "secret");
    EXPECT_EQ(found("credentials").state, State::ok);
    host_.credentials_directory = temp_ / "nowhere";
    unit_with("ActiveState=inactive");
    EXPECT_EQ(found("credentials").state, State::skipped);
}

TEST_F(CheckupTest, finds_secrets_that_others_may_read_and_programs_for_them_that_are_missing) {
    const std::string file = temp_.write("secret", "secret");
    ASSERT_EQ(chmod(file.c_str(), 0644), 0);
    command("\"true\"", "environment.A_TOKEN = { file = \"" + file + "\" }\n");
    const Finding open_to_all = found("credentials");
    EXPECT_EQ(open_to_all.code, ErrorCode::credential_failed);
    EXPECT_THAT(open_to_all.hint, HasSubstr("chmod 0600"));
    EXPECT_THAT(open_to_all.found, testing::Not(HasSubstr(": secret")));
    ASSERT_EQ(chmod(file.c_str(), 0600), 0);
    EXPECT_EQ(found("credentials").state, State::ok);
    command("\"true\"", "environment.A_TOKEN = { command = [\"no-such-vault\"] }\n");
    EXPECT_EQ(found("credentials").code, ErrorCode::program_missing);
}

TEST_F(CheckupTest, looks_for_a_databases_tool_its_file_and_its_password) {
    const auto database = [this](const std::string &lines) {
        text_ = "[source]\n" + lines + destination_;
    };
    database("type = \"mysql\"\ndatabase = \"a\"\ntools = \"" + (temp_ / "bin") + "\"\n");
    EXPECT_THAT(found("programs").found, HasSubstr("execute '" + (temp_ / "bin/mariadb-dump")));
    temp_.write("bin/mysqldump", "#!/bin/sh\n");
    std::filesystem::permissions(temp_ / "bin/mysqldump", std::filesystem::perms::all);
    EXPECT_EQ(found("programs").found, "'" + (temp_ / "bin/mysqldump") + "'");
    EXPECT_EQ(found("source").state, State::skipped);
    database("type = \"sqlite\"\nfile = \"" + (temp_ / "none") + "\"\n");
    EXPECT_EQ(found("source").code, ErrorCode::source_unreadable);
    database("type = \"sqlite\"\nfile = \"" + (temp_ / "data/one.txt") + "\"\n");
    EXPECT_EQ(found("source").state, State::ok);
    database("type = \"redis\"\npassword = { file = \"" + (temp_ / "none") + "\" }\n");
    EXPECT_THAT(found("credentials").found, HasSubstr("source.password"));
    EXPECT_EQ(found("credentials").code, ErrorCode::credential_failed);
}

TEST_F(CheckupTest, tells_whether_a_databases_server_listens) {
    const std::string path = temp_ / ".s.PGSQL.5433";
    text_ = "[source]\ntype = \"postgresql\"\ndatabase = \"a\"\nport = 5433\nhost = \"" +
            temp_.path() + "\"\n" + destination_;
    EXPECT_EQ(found("source").code, ErrorCode::source_failed);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    ASSERT_LT(path.copy(address.sun_path, sizeof address.sun_path), sizeof address.sun_path);
    const os::UniqueFd listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(bind(listener.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address),
              0);
    EXPECT_EQ(found("source").code, ErrorCode::source_failed); // a socket, but nobody listens
    ASSERT_EQ(listen(listener.get(), 4), 0);
    EXPECT_EQ(found("source").found, "a server listens at '" + path + "'");
    // By a port that nobody has.
    text_ = "[source]\ntype = \"redis\"\nhost = \"127.0.0.1\"\nport = 1\n" + destination_;
    EXPECT_THAT(found("source").found, HasSubstr("reach the server at 127.0.0.1:1"));
}

TEST_F(CheckupTest, warns_of_a_clock_that_nobody_sets) {
    host_.is_clock_synchronized = [] { return std::optional(false); };
    EXPECT_EQ(found("clock").state, State::warning);
    EXPECT_EQ(report().exit_code(), 0);
    host_.is_clock_synchronized = [] { return std::optional<bool>(); };
    EXPECT_EQ(found("clock").state, State::skipped);
}

TEST_F(CheckupTest, looks_at_a_directory_of_no_job) {
    const auto directory = checkup::examine_directory(host_, temp_ / "dest");
    EXPECT_EQ(directory.exit_code(), 0);
    EXPECT_EQ(found(directory, "destination").state, State::ok);
    EXPECT_EQ(found(directory, "schedule").found, "no such check");
    EXPECT_EQ(checkup::examine_directory(host_, temp_ / "nowhere").exit_code(), 1);
}

} // namespace
} // namespace intact::test
