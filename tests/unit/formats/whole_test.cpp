// Streams that are whole, however odd their tool made them, are taken: by their name and by auto.
#include "support/temp_dir.hpp"
#include "unit/formats/streams.hpp"

#include <cstdio>
#include <gtest/gtest.h>

namespace intact::test {
namespace {

struct Whole {
    const char *format;
    const char *command;
    const char *program = "sh";  ///< without which it is left out
    const char *found = nullptr; ///< what auto takes it for, where that is more
};

constexpr Whole kWhole[] = {
    {"tar", "tar -cf - tree"},
    {"tar", "tar -b 1 -cf - tree"},
    {"tar", "tar -b 2048 -cf - tree"},
    {"tar", "tar --format=v7 -cf - small"},
    {"tar", "tar --format=oldgnu -cf - tree"},
    {"tar", "tar --format=gnu -S -cf - tree"},
    {"tar", "tar --format=ustar -cf - small tree/noise"},
    {"tar", "tar --format=posix -cf - tree"},
    {"tar", "tar --format=posix -S --sparse-version=0.0 -cf - tree"},
    {"tar", "tar --format=posix -S --sparse-version=0.1 -cf - tree"},
    {"tar", "tar --format=posix -S --sparse-version=1.0 -cf - tree"},
    {"tar", "tar --format=posix --pax-option=globexthdr.name=g,comment:=a -cf - tree"},
    {"tar", "tar -cf - -T /dev/null"},
    {"tar", "tar -b 1 -cf - -T /dev/null"},
    {"tar", "tar -V label -cf - tree"},
    {"tar", "rm -f snap; tar -g snap -cf - tree"},
    {"tar", "rm -f u.tar; tar -cf u.tar small; tar -rf u.tar tree; tar -uf u.tar tree; cat u.tar"},
    {"tar", "tar -cf c.tar small; tar -cf d.tar tree; tar -Af c.tar d.tar; cat c.tar"},
    {"tar", "for i in $(seq 1000); do echo small; done | tar --hard-dereference -cf - -T -"},
    {"tar", "bsdtar -cf - tree", "bsdtar"},
    {"tar", "bsdtar --format=ustar -cf - small", "bsdtar"},
    {"tar", "bsdtar --format=pax -cf - tree", "bsdtar"},
    {"tar", "bsdtar --format=gnutar -cf - tree", "bsdtar"},
    {"tar", "bsdtar --format=v7tar -cf - small", "bsdtar"},
    {"tar", "bsdtar -b 1 -cf - tree", "bsdtar"},
    {"tar", "busybox tar -cf - tree", "busybox"},
    {"tar",
     "python3 -c 'import sys, tarfile; tarfile.open(mode=\"w|\", fileobj=sys.stdout.buffer)"
     ".add(\"small\")' | cat; head -c 1024 /dev/zero",
     "python3"},
    {"tar",
     "python3 -c 'import sys, tarfile; t = tarfile.open(mode=\"w|\", "
     "fileobj=sys.stdout.buffer, format=tarfile.PAX_FORMAT); t.add(\"tree\"); t.close()'",
     "python3"},
    {"tar",
     "git init -q repo 2>/dev/null; cd repo; cp ../small .; git add small; git -c "
     "user.name=a -c user.email=a@b commit -qm a >/dev/null 2>&1 || true; git archive HEAD",
     "git"},
    {"tar",
     "mkdir -p deb/DEBIAN; printf 'Package: a\\nVersion: 1\\nArchitecture: all\\n"
     "Maintainer: a <a@b>\\nDescription: a\\n' >deb/DEBIAN/control; cp small deb; dpkg-deb -b "
     "deb a.deb >/dev/null; dpkg-deb --fsys-tarfile a.deb",
     "dpkg-deb"},
    {"gzip", "gzip -c text"},
    {"gzip", "gzip -1 -c part; gzip -9 -c small"},
    {"gzip", "gzip -c </dev/null"},
    {"gzip", "gzip -c small; gzip -c </dev/null; gzip -c small"},
    {"gzip", "gzip -c small; head -c 10000 /dev/zero"},
    {"gzip", "gzip -n -c small"},
    {"gzip", "pigz -c part", "pigz"},
    {"gzip", "pigz -i -b 128 -c part", "pigz"},
    {"gzip", "busybox gzip -c small", "busybox"},
    {"zstd", "zstd -q -c text"},
    {"zstd", "zstd -q --no-check -c part"},
    {"zstd", "cat part | zstd -q -c"},
    {"zstd", "zstd -q -c small; zstd -q -19 -c part; zstd -q -c </dev/null"},
    {"zstd", "zstd -q --long=27 -c part"},
    {"zstd", "printf '\\120\\052\\115\\030\\004\\000\\000\\000skip'; zstd -q -c small"},
    {"zstd", "zstd -q -c small; printf '\\137\\052\\115\\030\\000\\000\\000\\000'"},
    {"xz", "xz -1 -c part"},
    {"xz", "xz -T2 --block-size=300000 -1 -c part"},
    {"xz", "xz -c small; head -c 8 /dev/zero; xz -C none -c small; head -c 4 /dev/zero"},
    {"xz", "xz -C crc32 -c small; xz -C sha256 -c small"},
    {"xz", "xz -c </dev/null"},
    {"bzip2", "bzip2 -c text"},
    {"bzip2", "bzip2 -1 -c part; bzip2 -c small"},
    {"bzip2", "bzip2 -c </dev/null"},
    {"bzip2", "bzip2 -c small; head -c 512 /dev/zero"},
    {"bzip2", "pbzip2 -c part", "pbzip2"},
    {"tar+gzip", "tar -czf - tree", "sh", "tar+gzip"},
    {"tar+gzip", "tar -cf - tree | gzip", "sh", "tar+gzip"},
    {"tar+gzip", "tar -cf - tree | gzip; head -c 512 /dev/zero", "sh", "tar+gzip"},
    {"tar+zstd", "tar --zstd -cf - tree", "sh", "tar+zstd"},
    {"tar+xz", "tar -cf - tree | xz -0", "sh", "tar+xz"},
    {"tar+bzip2", "tar -cjf - small", "sh", "tar+bzip2"},
    {"tar+gzip+zstd", "tar -czf - tree | zstd -q", "sh", "tar+gzip+zstd"},
    {"jsonl+gzip", "gzip -c lines", "sh", "jsonl+gzip"},
    {"jsonl", "cat lines"},
    {"jsonl", "printf '{\"a\":1}\\r\\n\\n[1, 2]\\n{\"b\":\"\\\\u00e9\"}'"},
    {"sqlite", "cat database", "sqlite3"},
    {"sqlite", "sqlite3 page 'PRAGMA page_size=65536; CREATE TABLE t (a)'; cat page", "sqlite3"},
    {"sqlite", "sqlite3 wal 'PRAGMA journal_mode=WAL; CREATE TABLE t (a)' >/dev/null; cat wal",
     "sqlite3"},
    {"sqlite", "sqlite3 database 'VACUUM INTO \"copy\"'; cat copy; rm copy", "sqlite3"},
};

void expect_whole(const std::string &format, const std::string &stream, const std::string &found) {
    for (const std::string &asked : {format, std::string("auto")}) {
        const auto check = check_named(asked);
        const auto checked = run_check(*check, stream);
        ASSERT_TRUE(checked) << asked << ": " << checked.error().message();
        EXPECT_EQ(check->finding().format, found);
    }
}

TEST(WholeStreamsTest, are_taken_however_odd) {
    std::size_t taken = 0;
    for (const Whole &whole : kWhole) {
        SCOPED_TRACE(whole.command);
        if (!has_program(whole.program)) {
            std::printf("left out, no %s: %s\n", whole.program, whole.command);
            continue;
        }
        // Where only the outside is named, auto looks inside, too, and finds nothing that it knows.
        expect_whole(whole.format, stream_of(whole.command),
                     whole.found == nullptr ? whole.format : whole.found);
        ++taken;
    }
    std::printf("%zu streams taken\n", taken);
    EXPECT_GE(taken, 40U);
}

TEST(WholeStreamsTest, every_blocking_factor_of_tar_is_taken) {
    for (int factor = 1; factor <= 64; ++factor) {
        const auto check = check_named("tar");
        const auto checked = run_check(
            *check, stream_of("tar -b " + std::to_string(factor) + " -cf - tree/file-1* small"));
        EXPECT_TRUE(checked) << factor << ": " << checked.error().message();
    }
}

struct Dumped {
    const char *format;
    const char *file;
};

class DumpTest : public testing::TestWithParam<Dumped> {};

TEST_P(DumpTest, is_taken) {
    const std::string &stream = dump(GetParam().file);
    if (stream.empty()) {
        GTEST_SKIP() << "that server is not installed";
    }
    expect_whole(GetParam().format, stream, GetParam().format);
    if (std::string_view(GetParam().format) == "pgdump-plain" ||
        std::string_view(GetParam().format) == "mysqldump") {
        const auto check = check_named("sql");
        EXPECT_TRUE(run_check(*check, stream));
    }
}

INSTANTIATE_TEST_SUITE_P(
    OfRealServers, DumpTest,
    testing::Values(
        Dumped{"pgdump-custom", "pg.custom"}, Dumped{"pgdump-custom", "pg.custom-seeked"},
        Dumped{"pgdump-custom", "pg.custom-plain"}, Dumped{"pgdump-custom", "pg.custom-blobs"},
        Dumped{"pgdump-custom", "pg.custom-schema"}, Dumped{"pgdump-custom", "pg.custom-pre-data"},
        Dumped{"pgdump-custom", "pg.custom-data"}, Dumped{"pgdump-tar", "pg.tar"},
        Dumped{"pgdump-tar", "pg.tar-blobs"}, Dumped{"pgdump-plain", "pg.sql"},
        Dumped{"pgdump-plain", "pg.sql-verbose"}, Dumped{"pgdump-plain", "pg.sql-inserts"},
        Dumped{"pgdump-plain", "pg.sql-globals"}, Dumped{"pgdump-plain", "pg.sql-all"},
        Dumped{"mysqldump", "my.sql"}, Dumped{"mysqldump", "my.sql-no-date"},
        Dumped{"mysqldump", "my.sql-all"}, Dumped{"redis-rdb", "re.rdb"},
        Dumped{"redis-rdb", "re.rdb-saved"}, Dumped{"redis-rdb", "re.rdb-empty"}),
    [](const auto &info) {
        std::string name = info.param.file;
        for (char &c : name) {
            c = c == '.' || c == '-' ? '_' : c;
        }
        return name;
    });

TEST(WholeStreamsTest, a_mongodb_archive_is_taken) {
    expect_whole("mongodb-archive", mongodb_archive(5, 100), "mongodb-archive");
    expect_whole("mongodb-archive", mongodb_archive(1, 0), "mongodb-archive");
}

} // namespace
} // namespace intact::test
