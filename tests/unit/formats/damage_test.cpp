// Real streams cut at many points and broken at others: how many of each a check finds. With
// INTACT_EXTENT=full, as tests/run.sh --full has it, they are 1,200 and 200, and the rows go to
// $INTACT_CASES_DIR/streams.table, from where tests/support/stream_table.py puts them into the
// manual.
#include "support/extent.hpp"
#include "support/sanitized.hpp"
#include "unit/formats/streams.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <random>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

namespace intact::test {
namespace {

// Each of the first and last bytes, and some between. A process is made for each, which a sanitizer
// makes slow.
const std::size_t kEdge = is_full() ? 512 : kIsSanitized ? 2 : 24;
const std::size_t kBetween = is_full() ? 176 : kIsSanitized ? 2 : 16;
const std::size_t kBroken = is_full() ? 200 : kIsSanitized ? 1 : 16;

enum class Cuts { all_found, some_found };

struct Sample {
    const char *format;
    const char *what; ///< for the table
    std::function<std::string()> stream;
    Cuts cuts = Cuts::some_found;
    /// The length from which on only padding is missing; null: all of it counts.
    std::function<std::size_t(const std::string &)> whole_from = nullptr;
    const char *pattern = "";
};

struct Found {
    std::size_t cuts = 0;
    std::size_t cuts_found = 0;
    std::size_t cuts_whole = 0; ///< nothing but padding was cut off, and the stream taken
    std::size_t broken_found = 0;
};

// Whether the rest of the work, done on a copy of this process, finds fault.
template <typename Rest>
bool finds_fault(const Rest &rest) {
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child == 0) {
        _exit(rest() ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status)) << "died of signal " << WTERMSIG(status);
    return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

// The check is fed once; at each point a copy of it is told that the stream ends there, or that it
// goes on with a broken byte.
Found damage(const Sample &sample, const std::string &stream) {
    std::set<std::size_t> cuts;
    for (std::size_t i = 0; i < kEdge; ++i) {
        cuts.insert(i % stream.size());
        cuts.insert(stream.size() - 1 - i % stream.size());
    }
    std::mt19937_64 random(stream.size());
    while (cuts.size() < std::min(2 * kEdge + kBetween, stream.size())) {
        cuts.insert(random() % stream.size());
    }
    std::set<std::size_t> breaks;
    while (breaks.size() < kBroken) {
        breaks.insert(random() % stream.size());
    }
    std::set<std::size_t> points = cuts;
    points.insert(breaks.begin(), breaks.end());

    Found found;
    const std::size_t whole_from = sample.whole_from ? sample.whole_from(stream) : stream.size();
    const auto check = check_named(sample.format, sample.pattern);
    std::size_t fed = 0;
    for (const std::size_t point : points) {
        const auto piece = check->feed(bytes_of(std::string_view(stream).substr(fed, point - fed)));
        EXPECT_TRUE(piece) << piece.error().message();
        fed = point;
        if (cuts.contains(point)) {
            ++found.cuts;
            const bool is_found = finds_fault([&] { return check->finish().has_value(); });
            found.cuts_found += is_found ? 1 : 0;
            found.cuts_whole += !is_found && point >= whole_from ? 1 : 0;
            EXPECT_TRUE(is_found || point >= whole_from || sample.cuts == Cuts::some_found)
                << sample.format << ": a cut at " << point << " of " << stream.size()
                << " is not found";
        }
        if (breaks.contains(point)) {
            const char broken = static_cast<char>(stream[point] ^ (1 << point % 8));
            found.broken_found += finds_fault([&] {
                return check->feed(bytes_of({&broken, 1})) &&
                       run_check(*check, std::string_view(stream).substr(point + 1));
            });
        }
    }
    const auto rest = run_check(*check, std::string_view(stream).substr(fed));
    EXPECT_TRUE(rest) << rest.error().message();
    // What claims a checksum of every byte must notice any of them.
    if (check->finding().proven.ends_with("checksum")) {
        EXPECT_EQ(found.broken_found, kBroken) << sample.what;
    }
    return found;
}

std::size_t end_of_tar(const std::string &stream) {
    return (stream.find_last_not_of('\0') / 512 + 1) * 512 + 1024;
}

std::function<std::string()> made_by(const char *command) {
    return [command] { return stream_of(command); };
}

std::function<std::string()> dumped(const char *name) {
    return [name] { return dump(name); };
}

const std::vector<Sample> &samples() {
    static const std::vector<Sample> kSamples{
        {"tar", "tar -b 1", made_by("tar -b 1 -cf - tree"), Cuts::all_found},
        {"tar", "tar", made_by("tar -cf - tree"), Cuts::all_found, end_of_tar},
        {"gzip", "gzip", made_by("gzip -c text"), Cuts::all_found},
        {"zstd", "zstd", made_by("zstd -q -c text"), Cuts::all_found},
        {"zstd", "zstd --no-check", made_by("zstd -q --no-check -c text"), Cuts::all_found},
        {"xz", "xz", made_by("xz -1 -c text"), Cuts::all_found},
        {"bzip2", "bzip2", made_by("bzip2 -c text"), Cuts::all_found},
        {"tar+gzip", "tar | gzip", made_by("tar -cf - tree | gzip"), Cuts::all_found},
        {"tar+zstd", "tar | zstd", made_by("tar -cf - tree | zstd -q"), Cuts::all_found},
        {"pgdump-custom", "pg_dump -Fc", dumped("pg.custom"), Cuts::all_found},
        {"pgdump-custom", "pg_dump -Fc -b", dumped("pg.custom-blobs"), Cuts::all_found},
        {"pgdump-tar", "pg_dump -Ft", dumped("pg.tar"), Cuts::all_found},
        {"pgdump-plain", "pg_dump", dumped("pg.sql"), Cuts::all_found},
        {"pgdump-plain", "pg_dumpall", dumped("pg.sql-all"), Cuts::all_found},
        {"mysqldump", "mariadb-dump", dumped("my.sql"), Cuts::all_found},
        {"sql+gzip", "mariadb-dump | gzip",
         [] {
             const std::string &sql = dump("my.sql");
             return sql.empty() ? sql : compressed(sql, "gzip");
         },
         Cuts::all_found},
        {"mongodb-archive", "as mongodump --archive", [] { return mongodb_archive(6, 1700); },
         Cuts::all_found},
        {"redis-rdb", "Redis, SAVE", dumped("re.rdb-saved"), Cuts::all_found},
        {"sqlite", "sqlite3", made_by("cat database"), Cuts::all_found},
        {"jsonl", "JSON lines", made_by("cat lines"), Cuts::some_found,
         [](const std::string &stream) { return stream.size() - 1; }},
        {"regex", "text, (?m)^all done$", made_by("cat text; echo all done"), Cuts::some_found,
         [](const std::string &stream) { return stream.size() - 1; }, "(?m)^all done$"},
        {"raw", "anything", made_by("cat text")},
    };
    return kSamples;
}

void keep(const std::string &table) {
    const char *const reports = std::getenv("INTACT_CASES_DIR");
    if (reports != nullptr && is_full()) {
        std::filesystem::create_directories(reports);
        std::ofstream(std::string(reports) + "/streams.table") << table;
    }
}

TEST(DamageTest, is_found_as_the_table_says) {
    std::string table;
    for (const Sample &sample : samples()) {
        SCOPED_TRACE(sample.what);
        const std::string stream = sample.stream();
        if (stream.empty()) {
            std::printf("left out, its server is not installed: %s\n", sample.what);
            continue;
        }
        EXPECT_GT(stream.size(), 1u << 20) << sample.what;
        const bool is_checked = check_named(sample.format) != nullptr;
        const Found found =
            is_checked ? damage(sample, stream) : Found{2 * kEdge + kBetween, 0, 0, 0};
        table +=
            fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\n", sample.format, sample.what, stream.size(),
                        found.cuts, found.cuts_found, found.cuts_whole, found.broken_found);
        std::printf(
            "%-16s %-24s %8zu bytes: %4zu of %4zu cuts found, %4zu lost nothing; %3zu of %zu "
            "broken bytes found\n",
            sample.format, sample.what, stream.size(), found.cuts_found, found.cuts,
            found.cuts_whole, found.broken_found, kBroken);
    }
    keep(table);
}

} // namespace
} // namespace intact::test
