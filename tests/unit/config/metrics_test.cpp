// [metrics]: from the file to the values that the daemon keeps.
#include "config/config.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace intact::config {
namespace {

using std::chrono_literals::operator""s;
using Family = ListenAddress::Family;

const std::string kUserHash = "$2y$10$abcdefghijklmnopqrstuuQVpaBTi9WAXyHFBVaPvkWrPaAtZEPXS";

Configuration loaded(const std::string &toml) {
    const test::TempDir dir;
    return load_files({dir.write("intact.toml", toml)});
}

MetricsSettings settings(const std::string &toml) {
    const Configuration configuration = loaded("[metrics]\n" + toml);
    for (const Diagnostic &one : configuration.diagnostics) {
        ADD_FAILURE() << render_long(one, false);
    }
    return configuration.metrics;
}

std::string warning(const std::string &toml) {
    const Configuration configuration = loaded("[metrics]\n" + toml);
    if (configuration.diagnostics.empty()) {
        return "";
    }
    EXPECT_EQ(configuration.diagnostics.size(), 1U);
    EXPECT_EQ(configuration.diagnostics[0].severity, Severity::warning);
    EXPECT_EQ(configuration.diagnostics[0].line, 2U);
    EXPECT_EQ(configuration.diagnostics[0].column, 10U);
    return configuration.diagnostics[0].code;
}

TEST(Metrics, are_served_to_this_host_alone_when_nothing_is_said) {
    const MetricsSettings read = settings("");
    EXPECT_EQ(read.listen, (std::vector<ListenAddress>{{Family::ipv4, "127.0.0.1", 10471}}));
    EXPECT_EQ(read.textfile, "");
    EXPECT_EQ(read.certificate, "");
    EXPECT_TRUE(read.users.empty());
    EXPECT_EQ(read.max_connections, 64U);
    EXPECT_EQ(read.header_timeout, 10s);
}

TEST(Metrics, are_the_same_without_a_file) {
    const test::TempDir dir;
    const std::string job = dir.write("a.toml", "[source]\ntype = \"files\"\npaths = [\"/etc\"]\n");
    EXPECT_EQ(load_files({job}).metrics, MetricsSettings{});
    EXPECT_EQ(settings(""), MetricsSettings{});
}

TEST(Metrics, take_every_key) {
    const MetricsSettings read =
        settings("listen = [\"0.0.0.0:80\", \"[2001:DB8::0:1]:443\", \"unix:/run/m.sock\"]\n"
                 "textfile = \"/var/lib/x/intact.prom\"\nmax_connections = 4\n"
                 "header_timeout = \"2s\"\ntls.certificate = \"/c\"\ntls.key = \"/k\"\n"
                 "tls.client_ca = \"/a\"\nusers.prom = \"" +
                 kUserHash + "\"\nusers.'j\u00fcrgen k' = \"" + kUserHash + "\"\n");
    EXPECT_EQ(read.listen, (std::vector<ListenAddress>{{Family::ipv4, "0.0.0.0", 80},
                                                       {Family::ipv6, "2001:db8::1", 443},
                                                       {Family::unix, "/run/m.sock", 0}}));
    EXPECT_EQ(text_of(read.listen[1]), "[2001:db8::1]:443");
    EXPECT_EQ(text_of(read.listen[2]), "unix:/run/m.sock");
    EXPECT_EQ(read.textfile, "/var/lib/x/intact.prom");
    EXPECT_EQ(read.max_connections, 4U);
    EXPECT_EQ(read.header_timeout, 2s);
    EXPECT_EQ(read.certificate, "/c");
    EXPECT_EQ(read.key, "/k");
    EXPECT_EQ(read.client_ca, "/a");
    EXPECT_EQ(read.users, (std::map<std::string, std::string>{{"prom", kUserHash},
                                                              {"j\u00fcrgen k", kUserHash}}));
}

TEST(Metrics, can_be_served_nowhere) {
    EXPECT_TRUE(settings("listen = []\n").listen.empty());
}

TEST(Metrics, that_anybody_can_read_are_warned_of) {
    EXPECT_EQ(warning("listen = [\"0.0.0.0:80\"]\n"), "W004");
    EXPECT_EQ(warning("listen = [\"127.0.0.1:80\", \"[::]:80\"]\n"), "W004");
    EXPECT_EQ(warning("listen = [\"[::ffff:127.0.0.1]:80\"]\n"), "W004");
    EXPECT_EQ(warning("listen = [\"127.3.2.1:80\", \"[::1]:80\", \"unix:/m\"]\n"), "");
    EXPECT_EQ(warning("listen = [\"0.0.0.0:80\"]\nusers.a = \"" + kUserHash + "\"\n"), "");
    EXPECT_EQ(warning("listen = [\"0.0.0.0:80\"]\ntls.certificate = \"/c\"\ntls.key = \"/k\"\n"),
              "");
}

} // namespace
} // namespace intact::config
