// Clients that keep silent, drip, flood, lie and never read; and a good one that gets its answers
// all the while. Limits are short, so that what they do is seen and not waited for.
#include "support/sanitized.hpp"
#include "unit/metrics/served.hpp"

#include <algorithm>
#include <atomic>
#include <fmt/format.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <random>
#include <sys/resource.h>
#include <sys/socket.h>

namespace intact::metrics::test {
namespace {

using namespace std::chrono_literals;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr std::string_view kRequest = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view kHalf = "GET /metrics HTTP/1.1\r\nHost: x\r\nX-Half: ";

bool is_served(const Served &served) {
    return get(served.port()).find("a_metric 1") != std::string::npos;
}

/// Kilobytes that this process has in memory.
std::size_t resident() {
    std::ifstream file("/proc/self/statm");
    std::size_t all = 0;
    std::size_t pages = 0;
    file >> all >> pages;
    return pages * 4;
}

void expect_bounded(std::size_t before) {
    const std::size_t after = resident();
    // AddressSanitizer keeps what was freed.
    if (!intact::test::kIsSanitized) {
        EXPECT_LT(after, before + (16U << 10));
    }
}

config::MetricsSettings patient() {
    config::MetricsSettings settings = local_settings();
    settings.header_timeout = 300s;
    return settings;
}

config::MetricsSettings hasty() {
    config::MetricsSettings settings = local_settings();
    settings.header_timeout = 200ms;
    return settings;
}

std::vector<RawClient> crowd(const Served &served, std::size_t count, std::string_view says) {
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = std::min<rlim_t>(files.rlim_max, 8192);
    setrlimit(RLIMIT_NOFILE, &files);
    std::vector<RawClient> clients;
    for (std::size_t i = 0; i < count; ++i) {
        clients.emplace_back(served.port());
        EXPECT_TRUE(clients.back().is_open());
        clients.back().send(says);
    }
    return clients;
}

/// Two thousand of a kind, none of which would go for five minutes.
void expect_service_beside(std::string_view says) {
    Served served(patient());
    const std::size_t before = resident();
    const auto clients = crowd(served, 2000, says);
    for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(is_served(served));
    }
    EXPECT_TRUE(served.wait_until([](const HttpFigures &seen) {
        return seen.too_many >= 2000 - 64 && seen.connections <= 64;
    }));
    expect_bounded(before);
}

TEST(Attack, of_two_thousand_that_never_speak_keeps_nobody_out) {
    expect_service_beside("");
}

TEST(Attack, of_two_thousand_that_send_half_a_request_keeps_nobody_out) {
    expect_service_beside(kHalf);
}

TEST(Attack, of_connections_that_come_again_and_again_keeps_nobody_out) {
    const Served served(patient());
    std::atomic<bool> ends = false;
    std::thread attacker([&] {
        std::vector<RawClient> clients;
        while (!ends) {
            clients.clear();
            for (int i = 0; i < 100; ++i) {
                clients.emplace_back(served.port()).send(kHalf);
            }
        }
    });
    int answers = 0;
    for (int i = 0; i < 20; ++i) {
        answers += is_served(served) ? 1 : 0;
    }
    ends = true;
    attacker.join();
    // Who is accepted has sent its request by then, or else may be the one that makes room.
    EXPECT_GE(answers, 18);
}

TEST(Attack, of_one_that_drips_ends_with_the_time_for_a_request) {
    Served served(hasty());
    const RawClient client(served.port());
    client.send(kHalf);
    // Each byte is a sign of life, and changes nothing.
    std::atomic<bool> is_over = false;
    std::thread dripping([&] {
        while (!is_over) {
            client.send("x");
            std::this_thread::sleep_for(5ms);
        }
    });
    EXPECT_TRUE(client.is_closed());
    is_over = true;
    dripping.join();
    EXPECT_TRUE(served.wait_until([](const HttpFigures &seen) { return seen.timeout == 1; }));
    EXPECT_TRUE(is_served(served));
}

TEST(Attack, of_one_that_drips_its_second_request_ends_as_well) {
    Served served(hasty());
    const RawClient client(served.port());
    client.send(kRequest);
    EXPECT_THAT(client.until("for ''\n"), HasSubstr("a_metric"));
    client.send(kHalf);
    EXPECT_TRUE(client.is_closed());
    EXPECT_TRUE(served.wait_until([](const HttpFigures &seen) { return seen.timeout == 1; }));
}

TEST(Attack, of_one_that_says_nothing_more_ends_without_a_mark) {
    HttpLimits limits;
    limits.idle = 50ms;
    Served served(patient(), limits);
    const RawClient client(served.port());
    client.send(kRequest);
    EXPECT_THAT(client.until("for ''\n"), HasSubstr("a_metric"));
    EXPECT_TRUE(client.is_closed());
    const HttpFigures seen = served.figures();
    EXPECT_EQ(seen.timeout + seen.too_many + seen.malformed + seen.tls, 0U);
}

TEST(Attack, with_headers_of_a_megabyte_is_refused_unread) {
    Served served(patient());
    const std::size_t before = resident();
    std::string headers = "GET /metrics HTTP/1.1\r\nHost: x\r\n";
    for (int i = 0; i < 1024; ++i) {
        headers += fmt::format("X-{}: {}\r\n", i, std::string(1000, 'a'));
    }
    for (const std::string &text :
         {headers + "\r\n", "GET /" + std::string(1 << 20, 'a') + " HTTP/1.1\r\n\r\n",
          "GET /metrics HTTP/1.1\r\nX: " + std::string(1 << 20, 'a') + "\r\n\r\n",
          std::string(1 << 20, 'a')}) {
        const RawClient client(served.port());
        client.send(text);
        EXPECT_THAT(client.rest(), AnyOf(IsEmpty(), StartsWith("HTTP/1.1 4")))
            << text.substr(0, 40);
    }
    EXPECT_TRUE(served.wait_until([](const HttpFigures &seen) {
        return seen.malformed == 4 && seen.connections == 0;
    })) << served.figures().malformed;
    expect_bounded(before);
    EXPECT_TRUE(is_served(served));
}

TEST(Attack, with_what_is_no_http_is_refused) {
    const Served served(hasty());
    const std::vector<std::string> texts{"\r\n\r\nnonsense\r\n\r\n",
                                         "GET\r\n\r\n",
                                         "GET /metrics\r\n\r\n",
                                         "GET /metrics HTTP/9.9\r\n\r\n",
                                         "GET /metrics HTTP/1.1\r\n\r\n" /* without Host */,
                                         "GET /metrics HTTP/1.1\r\nHost: x\r\nNo colon\r\n\r\n",
                                         "GET /metrics HTTP/1.1\r\n folded\r\nHost: x\r\n\r\n",
                                         "GET /met rics HTTP/1.1\r\nHost: x\r\n\r\n",
                                         "\x16\x03\x01\x02\x00\x01",
                                         "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"};
    for (const std::string &text : texts) {
        const RawClient client(served.port());
        client.send(text);
        const std::string got = client.rest(); // also of what is not answered but ended
        EXPECT_THAT(got, AnyOf(IsEmpty(), StartsWith("HTTP/1.1 4"), StartsWith("HTTP/1.1 5"),
                               StartsWith("HTTP/1.0 4")))
            << text;
    }
    EXPECT_TRUE(is_served(served));
}

TEST(Attack, with_bytes_of_all_kinds_leaves_the_server_as_it_was) {
    HttpLimits limits;
    limits.idle = 50ms;
    const Served served(hasty(), limits);
    std::mt19937 random(20261128);
    const std::vector<std::string> words{"GET ",
                                         "HEAD ",
                                         "/metrics",
                                         " HTTP/1.1",
                                         "\r\n",
                                         "\n",
                                         ":",
                                         "Host: x",
                                         "Accept: ",
                                         "Content-Length: ",
                                         "chunked",
                                         "Transfer-Encoding: ",
                                         "Connection: close",
                                         "Connection: keep-alive",
                                         "Expect: 100-continue",
                                         "Authorization: Basic ",
                                         "-1",
                                         "99999999999999999999",
                                         std::string(1, '\0'),
                                         "\xff",
                                         " ",
                                         "%00",
                                         "?",
                                         "\r\n\r\n"};
    for (int round = 0; round < 20; ++round) {
        std::vector<RawClient> clients;
        for (int i = 0; i < 50; ++i) {
            std::string text;
            for (auto n = random() % 20 + 1; n > 0; --n) {
                text += words[random() % words.size()];
            }
            clients.emplace_back(served.port()).send(text);
        }
        for (const RawClient &client : clients) {
            EXPECT_TRUE(client.is_closed());
        }
    }
    EXPECT_TRUE(is_served(served));
}

/// Which asks for 40 MB and takes none of it.
RawClient dead_reader(const Served &served) {
    RawClient client(served.port());
    client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
    return client;
}

TEST(Attack, of_dead_readers_ends_with_the_time_for_an_answer) {
    HttpLimits limits;
    limits.answer = 200ms;
    Served served(patient(), limits);
    const RawClient client = dead_reader(served);
    EXPECT_TRUE(served.wait_until(
        [](const HttpFigures &seen) { return seen.timeout == 1 && seen.connections == 0; }));
    EXPECT_LT(client.rest().size(), kLargeBytes);
}

TEST(Attack, of_as_many_dead_readers_as_there_is_room_for_keeps_nobody_out) {
    HttpLimits limits;
    limits.answer = 300s;
    limits.unhurried = 50ms;
    config::MetricsSettings settings = patient();
    settings.max_connections = 16;
    Served served(settings, limits);
    const std::size_t before = resident();
    std::vector<RawClient> readers;
    for (int i = 0; i < 16; ++i) {
        readers.push_back(dead_reader(served));
    }
    EXPECT_TRUE(served.wait_until([](const HttpFigures &seen) {
        const auto large = seen.answers.find(200);
        return large != seen.answers.end() && large->second == 16;
    }));
    int tries = 0;
    while (!is_served(served) && tries < 1000) { // until one has had its time
        ++tries;
    }
    EXPECT_LT(tries, 1000);
    expect_bounded(before);
    EXPECT_GE(served.figures().too_many, 1U);
}

TEST(Attack, of_a_slow_reader_makes_nobody_wait) {
    const Served served(patient());
    const RawClient slow = dead_reader(served);
    EXPECT_TRUE(is_served(served));
    const std::string got = slow.until("\r\n0\r\n\r\n");
    EXPECT_GE(got.size(), kLargeBytes);
}

TEST(Attack, of_all_kinds_at_once_keeps_nobody_out) {
    Served served(patient());
    const auto silent = crowd(served, 300, "");
    const auto half = crowd(served, 300, kHalf);
    std::vector<RawClient> readers;
    for (int i = 0; i < 20; ++i) {
        readers.push_back(dead_reader(served));
    }
    const auto broken = crowd(served, 300, "nonsense\r\n\r\n");
    const auto posts =
        crowd(served, 300, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n");
    for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(is_served(served));
    }
    EXPECT_TRUE(served.wait_until([](const HttpFigures &seen) {
        return seen.answers.count(405) > 0 && seen.malformed >= 300;
    }));
    EXPECT_LE(served.figures().connections, 64U);
}

TEST(Attack, leaves_the_server_able_to_end_with_clients_in_every_state) {
    config::MetricsSettings settings = patient();
    settings.users = {{"prom", "$2b$08$abcdefghijklmnopqrstuuFmEfrkTQnczNzw475xE2VhDrK1uwJiC"}};
    auto served = std::make_unique<Served>(settings);
    const auto silent = crowd(*served, 5, "");
    const auto half = crowd(*served, 5, kHalf);
    const auto idle = crowd(*served, 5, kRequest);
    const auto guessing = crowd(*served, 10,
                                "GET /large HTTP/1.1\r\nHost: x\r\nAuthorization: Basic "
                                "cHJvbTp3cm9uZw==\r\n\r\n");
    EXPECT_TRUE(served->wait_until([](const HttpFigures &seen) { return seen.unauthorized >= 6; }));
    served.reset();
    EXPECT_TRUE(guessing.back().is_closed());
}

} // namespace
} // namespace intact::metrics::test
