// Runs whose backup lacks something, or is less than is expected.
#include "unit/cli/cli_fixture.hpp"

#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace intact::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;

class PartialTest : public CliTest {
protected:
    /// Lines that follow the destination's table.
    void write_job_with(const std::string &lines) {
        temp_.write("conf/jobs.d/data.toml",
                    "[source]\ntype = \"files\"\npaths = [\"" + (temp_ / "data") +
                        "\"]\n[destination]\npath = \"" + (temp_ / "dest") + "\"\n" + lines);
    }
    // A kind of file that an archive cannot hold, for root as well.
    void put_socket() const {
        const std::string path = temp_ / "data/socket";
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
        close(fd);
    }
    nlohmann::json newest_run() {
        return nlohmann::json::parse(intact({"history", "--json", "--limit=1"}).out);
    }
};

TEST_F(PartialTest, a_reason_that_says_fail_leaves_the_backup_before) {
    write_job_with("name = \"fixed\"\n[on_warning]\nunsupported = \"fail\"\n");
    ASSERT_EQ(intact({"run", "data"}).exit_code, 0);
    const std::string before = test::run_program("sha256sum '" + (temp_ / "dest") + "'/*").output;
    put_socket();
    const Said said = intact({"run", "data"});
    EXPECT_EQ(said.exit_code, 1);
    EXPECT_THAT(said.error, AllOf(HasSubstr("not published: '" + (temp_ / "data/socket") + "': "),
                                  HasSubstr("(on_warning.unsupported=fail)")));
    EXPECT_EQ(test::run_program("sha256sum '" + (temp_ / "dest") + "'/*").output, before);
    const auto run = newest_run();
    EXPECT_EQ(run["failure"]["code"], "partial");
    EXPECT_EQ(run["failure"]["stage"], "source");
    EXPECT_THAT(run["warnings"], SizeIs(1));
    write_job_with("name = \"fixed\"\n[on_warning]\nunsupported = \"publish\"\n");
    EXPECT_EQ(intact({"run", "data"}).exit_code, 3);
    EXPECT_THAT(intact({"show", "data"}).out, HasSubstr("    unsupported: 1\n"));
}

TEST_F(PartialTest, what_shrinks_too_much_is_suspicious_and_no_measure_for_the_next) {
    temp_.write("data/noise", std::string(300'000, 'x'));
    write_job_with("[expect]\nmax_shrink = \"50%\"\n");
    ASSERT_EQ(intact({"run", "data"}).exit_code, 0);
    std::filesystem::remove(temp_ / "data/noise");
    for (int i = 0; i < 2; ++i) {
        const Said said = intact({"run", "data"});
        EXPECT_EQ(said.exit_code, 3);
        EXPECT_THAT(said.out, AllOf(HasSubstr("suspicious: "), HasSubstr("expect.max_shrink=50%")));
    }
    EXPECT_THAT(published(".manifest.json"), SizeIs(3));
    EXPECT_EQ(newest_run()["suspicious"], true);
    EXPECT_THAT(intact({"history"}).out, HasSubstr("suspicious: "));
    EXPECT_THAT(intact({"list"}).out, HasSubstr("suspicious: see 'intact show'"));
    EXPECT_THAT(intact({"show", "data"}).out, HasSubstr("suspicious: not what its job expects"));
    EXPECT_THAT(intact({"metrics"}).out,
                HasSubstr("intact_job_last_backup_suspicious{backup=\"data\"} 1\n"));
    // The catalog that is made again from the manifests knows it, too.
    std::filesystem::remove_all(temp_ / "state");
    EXPECT_EQ(intact({"catalog", "rebuild"}).exit_code, 0);
    EXPECT_EQ(intact({"run", "data"}).exit_code, 3);
    write_job_with("[expect]\nmax_shrink = \"99%\"\n");
    EXPECT_EQ(intact({"run", "data"}).exit_code, 0);
    write_job_with("[expect]\nmax_shrink = \"50%\"\n");
    EXPECT_EQ(intact({"run", "data"}).exit_code, 0);
    EXPECT_EQ(newest_run()["suspicious"], false);
}

TEST_F(PartialTest, a_suspicious_backup_may_be_none) {
    write_job_with("[expect]\nmin_entries = 100\n[on_warning]\nsuspicious = \"fail\"\n");
    const Said said = intact({"run", "data"});
    EXPECT_EQ(said.exit_code, 1);
    EXPECT_THAT(said.error, HasSubstr("it holds 4, fewer than expect.min_entries=100 "
                                      "(on_warning.suspicious=fail)"));
    EXPECT_THAT(published(""), testing::Each(testing::StartsWith(".intact-")));
}

} // namespace
} // namespace intact::cli
