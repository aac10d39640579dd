// TLS with certificates of a test's own authority, and users with passwords.
#include "unit/metrics/served.hpp"

#include <chrono>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace intact::metrics::test {
namespace {

using intact::test::ProgramResult;
using intact::test::run_program;
using intact::test::TempDir;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// Made once: a server's certificate, one of a client, and one that another authority has signed.
const TempDir &certificates() {
    static const TempDir dir;
    static const bool is_made = [] {
        const ProgramResult made = run_program(fmt::format(
            "cd '{}' && exec 2>&1\n"
            "new='openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2'\n"
            "for ca in ca other; do $new -x509 -subj /CN=$ca -keyout $ca.key -out $ca.pem; done\n"
            "sign() {{ $new -subj /CN=$1 -keyout $1.key -out $1.csr && printf \"$3\" > $1.ext &&\n"
            "    openssl x509 -req -in $1.csr -CA $2.pem -CAkey $2.key -CAcreateserial -days 2 \\\n"
            "        -extfile $1.ext -out $1.pem; }}\n"
            "sign server ca 'subjectAltName=IP:127.0.0.1\\nextendedKeyUsage=serverAuth\\n' &&\n"
            "sign client ca 'extendedKeyUsage=clientAuth\\n' &&\n"
            "sign stranger other 'extendedKeyUsage=clientAuth\\n' && chmod 600 *.key",
            dir.path()));
        EXPECT_EQ(made.exit_code, 0) << made.output;
        return true;
    }();
    EXPECT_TRUE(is_made);
    return dir;
}

config::MetricsSettings secure_settings() {
    config::MetricsSettings settings = local_settings();
    settings.certificate = certificates() / "server.pem";
    settings.key = certificates() / "server.key";
    return settings;
}

ProgramResult curl(const Served &served, const std::string &options) {
    return run_program(fmt::format(
        "cd '{}' && curl -sS --max-time 30 --cacert ca.pem {} 'https://127.0.0.1:{}/metrics'",
        certificates().path(), options, served.port()));
}

TEST(Tls, serves_and_is_the_only_way_in) {
    Served served(secure_settings());
    ASSERT_EQ(served.error(), "");
    EXPECT_THAT(curl(served, "").output, StartsWith("a_metric"));
    EXPECT_THAT(curl(served, "--tlsv1.3").output, StartsWith("a_metric"));
    EXPECT_THAT(curl(served, "--tls-max 1.2").output, StartsWith("a_metric"));
    const RawClient plain(served.port());
    plain.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(plain.rest(), Not(HasSubstr("HTTP")));
    EXPECT_TRUE(served.wait_until([](const HttpFigures &seen) { return seen.tls == 1; }));
    EXPECT_EQ(served.figures().malformed, 0U);
}

TEST(Tls, is_never_older_than_1_2) {
    Served served(secure_settings());
    const ProgramResult got =
        run_program(fmt::format("openssl s_client -tls1_1 -cipher 'ALL:@SECLEVEL=0' -connect "
                                "127.0.0.1:{} </dev/null 2>&1",
                                served.port()));
    EXPECT_THAT(got.output, HasSubstr("Cipher is (NONE)"));
    EXPECT_TRUE(served.wait_until([](const HttpFigures &seen) { return seen.tls == 1; }));
}

TEST(Tls, sends_a_large_body) {
    const Served served(secure_settings());
    const ProgramResult got = run_program(
        fmt::format("cd '{}' && curl -sS --cacert ca.pem https://127.0.0.1:{}/large | wc -c",
                    certificates().path(), served.port()));
    EXPECT_EQ(got.output, fmt::format("{}\n", kLargeBytes));
}

TEST(Tls, asks_clients_for_a_certificate_of_the_right_authority) {
    config::MetricsSettings settings = secure_settings();
    settings.client_ca = certificates() / "ca.pem";
    Served served(settings);
    ASSERT_EQ(served.error(), "");
    std::uint64_t refused = 0;
    for (const char *version : {"--tlsv1.3", "--tls-max 1.2"}) {
        const auto with = [&](const std::string &options) {
            return curl(served, fmt::format("{} {}", version, options));
        };
        EXPECT_THAT(with("--cert client.pem --key client.key").output, StartsWith("a_metric"));
        for (const char *wrong : {"", "--cert stranger.pem --key stranger.key",
                                  // A server's is none for clients.
                                  "--cert server.pem --key server.key"}) {
            const ProgramResult got = with(wrong);
            EXPECT_NE(got.exit_code, 0) << version << wrong;
            EXPECT_THAT(got.output, Not(HasSubstr("a_metric"))) << version << wrong;
            ++refused;
        }
    }
    EXPECT_TRUE(served.wait_until([&](const HttpFigures &seen) { return seen.tls == refused; }))
        << served.figures().tls;
    EXPECT_EQ(served.figures().answers, (std::map<unsigned, std::uint64_t>{{200, 2}}));
}

std::string error_with(void (*change)(config::MetricsSettings &)) {
    config::MetricsSettings settings = secure_settings();
    change(settings);
    return Served(settings).error();
}

TEST(Tls, says_which_file_cannot_be_used) {
    EXPECT_THAT(error_with([](auto &all) { all.key = certificates() / "client.key"; }),
                HasSubstr("do not match"));
    EXPECT_THAT(error_with([](auto &all) { all.certificate = "/nowhere.pem"; }),
                HasSubstr("read '/nowhere.pem': No such file"));
    EXPECT_THAT(error_with([](auto &all) { all.certificate = "/dev/zero"; }),
                HasSubstr("'/dev/zero' is no file"));
    EXPECT_THAT(error_with([](auto &all) { all.client_ca = certificates() / "ca.key"; }),
                HasSubstr("ca.key' holds no certificate"));
    EXPECT_THAT(error_with([](auto &all) { all.client_ca = certificates().write("e", ""); }),
                HasSubstr("is empty"));
}

TEST(Tls, takes_no_key_that_everybody_may_read) {
    const std::string path =
        certificates().write("open.key", intact::test::read_file(certificates() / "server.key"));
    ASSERT_EQ(chmod(path.c_str(), 0644), 0);
    EXPECT_THAT(error_with([](auto &all) { all.key = certificates() / "open.key"; }),
                HasSubstr("every user may read the key"));
    ASSERT_EQ(chmod(path.c_str(), 0640), 0);
    EXPECT_EQ(error_with([](auto &all) { all.key = certificates() / "open.key"; }), "");
}

// Of "right", with the least cost that there is.
const std::string kRight = "$2b$04$abcdefghijklmnopqrstuuFmEfrkTQnczNzw475xE2VhDrK1uwJiC";
constexpr std::string_view kRightHeader = "Authorization: Basic cHJvbTpyaWdodA==\r\n";
constexpr std::string_view kWrongHeader = "Authorization: Basic cHJvbTp3cm9uZw==\r\n";

class UsersTest : public testing::Test {
protected:
    static config::MetricsSettings settings() {
        config::MetricsSettings settings = local_settings();
        settings.users = {{"prom", kRight}};
        return settings;
    }
    Served served_{settings()};
};

TEST_F(UsersTest, get_in_with_their_password_alone) {
    EXPECT_THAT(get(served_.port(), "/metrics", kRightHeader), StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(get(served_.port(), "/metrics", kRightHeader), StartsWith("HTTP/1.1 200 "));
    for (const std::string_view header :
         {std::string_view(), kWrongHeader, std::string_view("Authorization: Bearer x\r\n"),
          std::string_view("Authorization: Basic eDp5\r\n")}) {
        for (const char *path : {"/metrics", "/nothing", "/"}) {
            const std::string got = get(served_.port(), path, header);
            EXPECT_THAT(got, StartsWith("HTTP/1.1 401 ")) << header;
            EXPECT_THAT(got, HasSubstr("\r\nWWW-Authenticate: Basic realm=\"intact\"")) << header;
            EXPECT_THAT(got, Not(HasSubstr("a_metric")));
        }
    }
    EXPECT_EQ(served_.figures().unauthorized, 12U);
}

TEST_F(UsersTest, are_asked_again_on_the_same_connection) {
    const RawClient client(served_.port());
    const auto ask = [&](std::string_view header) {
        client.send(fmt::format("GET /metrics HTTP/1.1\r\nHost: x\r\n{}\r\n", header));
        return client.until(header == kRightHeader ? "for ''\n" : "please\n");
    };
    EXPECT_THAT(ask(kRightHeader), StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(ask(""), StartsWith("HTTP/1.1 401 "));
    EXPECT_THAT(ask(kWrongHeader), StartsWith("HTTP/1.1 401 "));
    EXPECT_THAT(ask(kRightHeader), StartsWith("HTTP/1.1 200 "));
}

TEST_F(UsersTest, that_are_proven_need_not_wait_behind_those_that_guess) {
    config::MetricsSettings settings = local_settings();
    // Of "right", at a cost that keeps the thread busy for longer than this test takes.
    settings.users = {{"prom", kRight},
                      {"slow", "$2b$14$abcdefghijklmnopqrstuuFmEfrkTQnczNzw475xE2VhDrK1uwJiC"}};
    Served served(settings);
    EXPECT_THAT(get(served.port(), "/metrics", kRightHeader), StartsWith("HTTP/1.1 200 "));
    std::vector<RawClient> guessing;
    for (int i = 0; i < 40; ++i) {
        guessing.emplace_back(served.port());
        guessing.back().send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: "
                             "Basic c2xvdzp3cm9uZw==\r\n\r\n");
    }
    EXPECT_THAT(get(served.port(), "/metrics", kRightHeader), StartsWith("HTTP/1.1 200 "));
    // Who would have to wait for too long is told so at once.
    EXPECT_TRUE(served.wait_until([](const HttpFigures &seen) {
        const auto busy = seen.answers.find(503);
        return busy != seen.answers.end() && busy->second >= 20;
    }));
    // The server's end does not wait for those that wait.
}

} // namespace
} // namespace intact::metrics::test
