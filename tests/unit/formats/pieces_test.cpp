// Whatever a stream holds and in whatever pieces it comes: no check crashes, and all find the same.
#include "support/sanitized.hpp"
#include "unit/formats/streams.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <random>

namespace intact::test {
namespace {

constexpr int kRounds = kIsSanitized ? 10 : 60;

struct Seed {
    const char *format;
    std::function<std::string()> stream;
};

std::string part_of(const std::string &stream) {
    return stream.substr(0, 60000);
}

const std::vector<Seed> &seeds() {
    static const std::vector<Seed> kSeeds{
        {"tar",
         [] { return stream_of("tar --format=posix -S -cf - small tree/sparse tree/link"); }},
        {"tar", [] { return stream_of("tar --format=gnu -S -b 1 -cf - tree/d* tree/sym"); }},
        {"gzip", [] { return stream_of("gzip -c lines | head -c 20000; gzip -c small"); }},
        {"zstd", [] { return stream_of("head -c 50000 text | zstd -q; zstd -qc small"); }},
        {"xz",
         [] { return stream_of("head -c 50000 text | xz -0; head -c 4 /dev/zero; xz -c small"); }},
        {"bzip2", [] { return stream_of("head -c 50000 text | bzip2 -1; bzip2 -c small"); }},
        {"tar+gzip", [] { return stream_of("tar -czf - small tree/sym"); }},
        {"pgdump-custom", [] { return dump("pg.custom-schema"); }},
        {"pgdump-custom", [] { return part_of(dump("pg.custom-blobs")); }},
        {"pgdump-tar", [] { return part_of(dump("pg.tar-blobs")); }},
        {"pgdump-plain", [] { return dump("pg.sql-inserts"); }},
        {"mysqldump", [] { return dump("my.sql-no-date"); }},
        {"mongodb-archive", [] { return mongodb_archive(4, 20); }},
        {"redis-rdb", [] { return dump("re.rdb-empty"); }},
        {"sqlite", [] { return stream_of("sqlite3 s 'CREATE TABLE t (a)'; cat s; rm s"); }},
        {"jsonl", [] { return stream_of("head -n 20 lines"); }},
        {"regex", [] { return stream_of("head -c 9000 text; echo all done"); }},
    };
    return kSeeds;
}

// What is damaged in a copy: bytes changed, cut out, doubled, made up; mostly little of it.
std::string mutated(std::string stream, std::mt19937_64 &random) {
    const std::size_t changes = 1 + random() % 3;
    for (std::size_t i = 0; i < changes && !stream.empty(); ++i) {
        // The beginning holds what decides how the rest is read.
        const std::size_t at =
            random() %
            (random() % 2 == 0 ? stream.size() : std::min<std::size_t>(stream.size(), 600));
        const std::size_t length = 1 + random() % std::min<std::size_t>(stream.size() - at, 40);
        switch (random() % 6) {
        case 0:
            stream.resize(at);
            break;
        case 1:
            stream.erase(at, length);
            break;
        case 2:
            stream.insert(at, stream.substr(at, length));
            break;
        case 3:
            stream.replace(at, length, length, static_cast<char>(random() % 2 == 0 ? 0 : 0xff));
            break;
        case 4:
            stream[at] = static_cast<char>(random());
            break;
        default:
            stream[at] = static_cast<char>(stream[at] ^ (1 << random() % 8));
        }
    }
    return stream;
}

// Without how many bytes had come: that depends on the pieces. Where a library finds the fault, so
// does the place.
std::string outcome_of(std::string_view format, const Result<> &checked) {
    if (checked) {
        return "whole";
    }
    EXPECT_EQ(checked.error().code(), ErrorCode::source_incomplete) << checked.error().message();
    const std::string &message = checked.error().message();
    const formats::Format parsed = formats::Format::parse(format).value();
    const bool is_unpacked = formats::make_codec(parsed.kind) || !parsed.around.empty();
    return is_unpacked ? "not whole" : message.substr(message.find(": ") + 2);
}

void expect_the_same_in_any_pieces(const std::string &format, const std::string &stream,
                                   std::mt19937_64 &random) {
    for (const std::string &name : {format, std::string("auto")}) {
        if (name == "auto" && format == "regex") {
            continue;
        }
        const std::string pattern = format == "regex" ? "(?m)^all done$" : "";
        const auto at_once = check_named(name, pattern);
        const std::string expected =
            outcome_of(format, run_check(*at_once, stream, stream.size() + 1));
        for (const std::size_t most : {1UL, 7UL, 600UL, 20000UL}) {
            if (most == 1 && stream.size() > 20000) {
                continue; // slow, and no different
            }
            const auto in_pieces = check_named(name, pattern);
            const auto checked = run_check(*in_pieces, stream, [&] { return 1 + random() % most; });
            ASSERT_EQ(outcome_of(format, checked), expected) << name << " in pieces up to " << most;
        }
    }
}

TEST(PiecesTest, make_no_difference_whatever_the_stream_holds) {
    std::mt19937_64 random(20261128);
    std::size_t refused = 0;
    std::size_t streams = 0;
    for (const Seed &seed : seeds()) {
        const std::string stream = seed.stream();
        if (stream.empty()) {
            continue; // that server is not installed
        }
        SCOPED_TRACE(seed.format);
        expect_the_same_in_any_pieces(seed.format, stream, random);
        for (int round = 0; round < kRounds && !HasFatalFailure(); ++round) {
            const std::string broken = mutated(stream, random);
            SCOPED_TRACE(fmt::format("round {}", round));
            expect_the_same_in_any_pieces(seed.format, broken, random);
            const auto check = check_named(seed.format, "all done");
            refused += run_check(*check, broken) ? 0U : 1U;
            ++streams;
        }
    }
    std::printf("%zu of %zu damaged streams refused\n", refused, streams);
    EXPECT_GT(refused * 2, streams);
}

TEST(PiecesTest, noise_is_refused_by_all_and_crashes_none) {
    std::mt19937_64 random(7);
    for (int round = 0; round < 300; ++round) {
        std::string noise(random() % 3000, '\0');
        for (char &c : noise) {
            c = static_cast<char>(random());
        }
        for (const std::string_view kind : formats::kKinds) {
            if (kind == "raw") {
                continue;
            }
            const auto check = check_named(kind, "^no such thing$");
            const auto checked = run_check(*check, noise, 1 + random() % 1000);
            ASSERT_FALSE(checked) << kind << " took noise";
        }
    }
}

} // namespace
} // namespace intact::test
