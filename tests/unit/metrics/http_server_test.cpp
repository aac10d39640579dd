// The server as a good client sees it: methods, paths, headers, bodies, addresses.
#include "unit/metrics/served.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace intact::metrics::test {
namespace {

using intact::test::TempDir;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Family = config::ListenAddress::Family;

class HttpServerTest : public testing::Test {
protected:
    Served served_{local_settings()};

    std::string ask(std::string_view text) const {
        const RawClient client(served_.port());
        client.send(text);
        return client.rest();
    }
};

TEST_F(HttpServerTest, answers_with_what_the_handler_says) {
    const std::string got = get(served_.port(), "/metrics", "Accept: text/plain;q=0.5\r\n");
    EXPECT_THAT(got, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(got, HasSubstr("\r\nContent-Type: text/plain; charset=utf-8\r\n"));
    EXPECT_THAT(got, HasSubstr("\r\n\r\na_metric 1 for 'text/plain;q=0.5'\n"));
    EXPECT_EQ(served_.figures().answers, (std::map<unsigned, std::uint64_t>{{200, 1}}));
}

TEST_F(HttpServerTest, says_in_each_answer_what_a_browser_may_not_do) {
    for (const char *path : {"/metrics", "/nothing", "/large"}) {
        const std::string got = get(served_.port(), path);
        EXPECT_THAT(got, HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n"));
        EXPECT_THAT(got, HasSubstr("\r\nCache-Control: no-store\r\n"));
        EXPECT_THAT(got, HasSubstr("\r\nContent-Security-Policy: default-src 'none'; "));
        EXPECT_THAT(got, Not(HasSubstr("\r\nServer:")));
    }
}

TEST_F(HttpServerTest, serves_no_path_but_those_of_the_handler) {
    for (const char *path : {"/nothing", "/metrics/", "/metrics%00", "/%6detrics", "//metrics",
                             "/metrics/../metrics", "/../../etc/passwd", "*", "/metrics%"}) {
        EXPECT_THAT(get(served_.port(), path), StartsWith("HTTP/1.1 404 ")) << path;
    }
    EXPECT_THAT(get(served_.port(), "/metrics?name[]=x"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, gives_the_head_alone_when_asked_for_it) {
    for (const char *path : {"/metrics", "/large"}) {
        const std::string got =
            ask(fmt::format("HEAD {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", path));
        EXPECT_THAT(got, HasSubstr(" 200 OK\r\n"));
        EXPECT_TRUE(got.ends_with("\r\n\r\n")) << got.substr(0, 1000);
        EXPECT_EQ(got.find("\r\n\r\n"), got.size() - 4);
    }
}

TEST_F(HttpServerTest, knows_no_other_method) {
    for (const char *method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get"}) {
        const std::string got = ask(
            fmt::format("{} /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", method));
        EXPECT_THAT(got, StartsWith("HTTP/1.1 405 ")) << method;
        EXPECT_THAT(got, HasSubstr("\r\nAllow: GET, HEAD\r\n")) << method;
    }
}

TEST_F(HttpServerTest, reads_no_body) {
    for (const char *header :
         {"Content-Length: 5", "Content-Length: 99999999999", "Transfer-Encoding: chunked"}) {
        const std::string got =
            ask(fmt::format("GET /metrics HTTP/1.1\r\nHost: x\r\n{}\r\n\r\nabc", header));
        EXPECT_THAT(got, StartsWith("HTTP/1.1 413 ")) << header;
    }
}

TEST_F(HttpServerTest, answers_requests_one_after_another_on_one_connection) {
    const RawClient client(served_.port());
    for (int i = 0; i < 3; ++i) {
        client.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_THAT(client.until("a_metric 1 for ''\n"), StartsWith("HTTP/1.1 200 OK"));
    }
    EXPECT_EQ(served_.figures().answers[200], 3U);
    EXPECT_EQ(served_.figures().connections, 1U);
}

TEST_F(HttpServerTest, answers_requests_that_come_at_once) {
    std::string requests;
    for (int i = 0; i < 50; ++i) {
        requests += "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
    }
    requests += "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    EXPECT_THAT(ask(requests), HasSubstr("HTTP/1.1 404 "));
    EXPECT_EQ(served_.figures().answers[200], 50U);
}

TEST_F(HttpServerTest, sends_a_large_body_in_pieces) {
    const std::string got = get(served_.port(), "/large");
    EXPECT_THAT(got.substr(0, 1000), HasSubstr("\r\nTransfer-Encoding: chunked\r\n"));
    EXPECT_GE(static_cast<std::size_t>(std::count(got.begin(), got.end(), 'x')), kLargeBytes);
    EXPECT_TRUE(got.ends_with("\r\n0\r\n\r\n"));
    const std::string old = ask("GET /large HTTP/1.0\r\n\r\n");
    EXPECT_EQ(old.size() - old.find("\r\n\r\n") - 4, kLargeBytes);
}

TEST(HttpServerAddresses, are_ipv6_too_and_each_for_itself) {
    config::MetricsSettings settings = local_settings();
    settings.listen.push_back({Family::ipv6, "::1", 0});
    Served served(settings);
    ASSERT_EQ(served.error(), "");
    const auto got = intact::test::run_program(
        fmt::format("curl -sS 'http://[::1]:{}/metrics'", served.addresses()[1].port));
    EXPECT_EQ(got.exit_code, 0) << got.output;
    EXPECT_THAT(got.output, StartsWith("a_metric"));
    // The same port of both families at once: neither takes the other's.
    config::MetricsSettings both;
    both.listen = {{Family::ipv6, "::", served.port()}};
    EXPECT_EQ(Served(both).error(), "");
}

TEST(HttpServerAddresses, that_are_taken_are_told) {
    Served first(local_settings());
    config::MetricsSettings settings = local_settings();
    settings.listen[0].port = first.port();
    const Served second(settings);
    EXPECT_EQ(second.error(),
              fmt::format("serve metrics: listen on 127.0.0.1:{}: the address is in use | another "
                          "program has it: stop that, or change metrics.listen=",
                          first.port()));
}

TEST(HttpServerAddresses, count_for_nothing_beside_sockets_that_were_handed_over) {
    Served first(local_settings());
    const TempDir dir;
    const os::UniqueFd inet(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(listen(inet.get(), 10), 0); // of a port that the system chooses
    const os::UniqueFd local(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{AF_UNIX, {}};
    (dir / "s").copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(bind(local.get(), reinterpret_cast<sockaddr *>(&address), sizeof address), 0);
    ASSERT_EQ(listen(local.get(), 10), 0);
    config::MetricsSettings settings = local_settings();
    settings.listen[0].port = first.port(); // taken
    {
        const Served served(settings, {}, {inet.get(), local.get()});
        ASSERT_EQ(served.error(), "");
        ASSERT_EQ(served.addresses().size(), 2U);
        EXPECT_THAT(get(served.port()), StartsWith("HTTP/1.1 200 "));
        const RawClient client = RawClient::to_unix(dir / "s");
        client.send("GET /metrics HTTP/1.0\r\n\r\n");
        EXPECT_THAT(client.rest(), HasSubstr("a_metric"));
    }
    // They are somebody else's: still there, and still listening.
    EXPECT_TRUE(RawClient::to_unix(dir / "s").is_open());
    EXPECT_THAT(Served(settings, {}, {STDIN_FILENO}).error(), HasSubstr("ask a socket"));
}

class UnixSocketTest : public testing::Test {
protected:
    TempDir dir_;
    const std::string path_ = dir_ / "metrics.sock";
    config::MetricsSettings settings_;

    void SetUp() override { settings_.listen = {{Family::unix, path_, 0}}; }
    bool exists() const { return access(path_.c_str(), F_OK) == 0; }
};

TEST_F(UnixSocketTest, is_for_owner_and_group_and_gone_at_the_end) {
    const mode_t before = umask(0077);
    {
        const Served served(settings_);
        ASSERT_EQ(served.error(), "");
        struct stat status{};
        ASSERT_EQ(stat(path_.c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 07777, 0660U);
        const auto got = intact::test::run_program(
            fmt::format("curl -sS --unix-socket '{}' http://x/metrics", path_));
        EXPECT_THAT(got.output, StartsWith("a_metric"));
    }
    umask(before);
    EXPECT_FALSE(exists());
}

TEST_F(UnixSocketTest, takes_the_place_of_one_that_nobody_answers_on) {
    {
        const Served dead(settings_);
        ASSERT_EQ(rename(path_.c_str(), (path_ + ".kept").c_str()), 0);
    }
    ASSERT_EQ(rename((path_ + ".kept").c_str(), path_.c_str()), 0);
    EXPECT_EQ(Served(settings_).error(), "");
    EXPECT_FALSE(exists());
}

TEST_F(UnixSocketTest, leaves_one_in_use_and_what_is_no_socket) {
    {
        const Served first(settings_);
        EXPECT_THAT(Served(settings_).error(), HasSubstr("somebody listens on"));
        EXPECT_TRUE(exists());
    }
    dir_.write("metrics.sock", "kept");
    EXPECT_THAT(Served(settings_).error(), HasSubstr("is no socket"));
    EXPECT_EQ(intact::test::read_file(path_), "kept");
}

TEST_F(UnixSocketTest, leaves_what_another_has_put_in_its_place) {
    {
        const Served served(settings_);
        unlink(path_.c_str());
        dir_.write("metrics.sock", "kept");
    }
    EXPECT_TRUE(exists());
}

} // namespace
} // namespace intact::metrics::test
