#include "archive_fixture.hpp"

#include <chrono>
#include <map>

namespace intact::test {
namespace {

using os::FileType;
using pipeline::ArchivedEntry;

class ForeignArchiveTest : public testing::TestWithParam<std::string> {};

// A small tree of every kind, archived by a real program.
std::string foreign_archive(const TempDir &dir, const std::string &command) {
    const auto run = run_program(
        "cd " + dir.path() + " && mkdir t && printf hello > t/file && ln t/file t/hard && " +
        "ln -s file t/soft && mkfifo t/pipe && mkdir t/dir && chmod 2751 t/dir && " +
        "printf x > \"$(printf 't/nfd-e\\314\\201')\" && printf x > \"$(printf 't/bad-\\377')\" "
        "&& " +
        "touch -d '2001-02-03 04:05:06 UTC' t/file && " + command);
    EXPECT_EQ(run.exit_code, 0) << run.output;
    return read_file(dir / "a.tar");
}

TEST_P(ForeignArchiveTest, is_read_with_names_types_and_content) {
    const TempDir dir;
    const std::string archive = foreign_archive(dir, GetParam());
    const auto all = read_archive(archive);
    ASSERT_TRUE(all) << all.error().message();
    std::map<std::string, std::pair<ArchivedEntry, std::string>> by_path;
    std::string content;
    std::string linked_to;
    for (const auto &[entry, bytes] : *all) {
        by_path[entry.path] = {entry, bytes};
        if (entry.path == "t/file" || entry.path == "t/hard") {
            content += bytes;
            linked_to += entry.hard_link_to;
        }
    }
    EXPECT_EQ(content, "hello");
    EXPECT_TRUE(linked_to == "t/file" || linked_to == "t/hard");
    EXPECT_EQ(by_path["t/soft"].first.inode.symlink_target, "file");
    EXPECT_EQ(by_path["t/pipe"].first.inode.type, FileType::fifo);
    EXPECT_EQ(by_path["t/dir/"].first.inode.type, FileType::directory);
    EXPECT_EQ(by_path["t/dir/"].first.inode.mode, 02751u);
    EXPECT_EQ(by_path["t/file"].first.inode.mtime.seconds, 981'173'106);
    EXPECT_EQ(by_path["t/nfd-e\xcc\x81"].second, "x");
    EXPECT_EQ(by_path["t/bad-\xff"].second, "x");
    EXPECT_EQ(all->size(), 8u);
}

INSTANTIATE_TEST_SUITE_P(
    Programs, ForeignArchiveTest,
    testing::Values("tar -c --format=gnu -f a.tar t", "tar -c --format=posix -f a.tar t",
                    "tar -c --format=ustar -f a.tar t", "tar -c --format=oldgnu -f a.tar t",
                    "bsdtar -c --format=pax -f a.tar t 2>/dev/null || true",
                    "bsdtar -c --format=gnutar -f a.tar t", "bsdtar -c --format=ustar -f a.tar t"));

TEST(ArchiveReaderTest, v7_archive_is_read) {
    const TempDir dir;
    run_program("cd " + dir.path() + " && mkdir t && printf hello > t/file && " +
                "tar -c --format=v7 -f a.tar t");
    const auto all = read_archive(read_file(dir / "a.tar"));
    ASSERT_TRUE(all) << all.error().message();
    EXPECT_EQ(all->at(0).first.inode.type, FileType::directory);
    EXPECT_EQ(all->at(1).second, "hello");
}

TEST(ArchiveReaderTest, xattrs_and_acls_of_gnu_tar_and_bsdtar_are_read) {
    const TempDir dir;
    run_program("cd " + dir.path() + " && mkdir t && printf hello > t/file && " +
                "setfattr -n user.k -v v t/file; python3 -c 'import os;os.setxattr(\"t/file\"," +
                "\"user.k\",b\"v\")' && setfacl -m u:daemon:rwx,u:777:r t/file && " +
                "tar -c --acls --xattrs -f gnu.tar t/file && bsdtar -c -f bsd.tar t/file && " +
                "python3 -c 'import os,sys;sys.stdout.buffer.write(os.getxattr(\"t/file\"," +
                "\"system.posix_acl_access\"))' > acl");
    for (const std::string name : {"gnu.tar", "bsd.tar"}) {
        const auto all = read_archive(read_file(dir / name));
        ASSERT_TRUE(all) << all.error().message();
        const std::vector<os::Xattr> expected{{"system.posix_acl_access", read_file(dir / "acl")},
                                              {"user.k", "v"}};
        EXPECT_EQ(all->at(0).first.inode.xattrs, expected) << name;
        EXPECT_EQ(all->at(0).first.inode.mode, 0674u) << name;
    }
}

TEST(ArchiveReaderTest, acl_of_an_unknown_account_is_told_and_left_out) {
    const TempDir dir;
    const auto made = run_program("cd " + dir.path() +
                                  " && python3 -c \"import tarfile\n"
                                  "t=tarfile.open('a.tar','w',format=tarfile.PAX_FORMAT)\n"
                                  "i=tarfile.TarInfo('f')\n"
                                  "i.pax_headers={'SCHILY.acl.access':'user::rw-,user:no-such-"
                                  "account:rwx,group::r--,mask::rwx,"
                                  "other::r--'}\nt.addfile(i)\nt.close()\"");
    ASSERT_EQ(made.exit_code, 0) << made.output;
    const auto all = read_archive(read_file(dir / "a.tar"));
    ASSERT_TRUE(all) << all.error().message();
    EXPECT_TRUE(all->at(0).first.inode.xattrs.empty());
    ASSERT_EQ(all->at(0).first.lost_metadata.size(), 1u);
    EXPECT_NE(all->at(0).first.lost_metadata[0].find("'no-such-account'"), std::string::npos);
}

TEST(ArchiveReaderTest, sparse_archives_of_gnu_tar_are_read) {
    const TempDir dir;
    run_program("cd " + dir.path() + " && truncate -s 9G s && printf end >> s && printf a | " +
                "dd of=s bs=1 seek=1000000 conv=notrunc 2>/dev/null");
    for (const std::string format :
         {"--format=gnu", "--format=posix --sparse-version=0.0",
          "--format=posix --sparse-version=0.1", "--format=posix --sparse-version=1.0"}) {
        run_program("cd " + dir.path() + " && tar -c -S " + format + " -f a.tar s");
        const std::string archive = read_file(dir / "a.tar");
        const auto reader = pipeline::ArchiveReader::open(supply_of(archive));
        ASSERT_TRUE(reader);
        const auto entry = (*reader)->next();
        ASSERT_TRUE(entry && *entry) << format;
        EXPECT_EQ((*entry)->path, "s");
        EXPECT_EQ((*entry)->inode.size, 9'663'676'419u);
        std::uint64_t last = 0;
        std::uint64_t sum = 0;
        for (auto data = (*reader)->data(); data && *data; data = (*reader)->data()) {
            last = (*data)->offset + (*data)->bytes.size();
            for (const std::byte byte : (*data)->bytes) {
                sum += std::to_integer<std::uint64_t>(byte);
            }
        }
        EXPECT_EQ(last, 9'663'676'419u) << format;
        EXPECT_EQ(sum, std::uint64_t{'a'} + 'e' + 'n' + 'd') << format;
        const auto end = (*reader)->next();
        EXPECT_TRUE(end && !*end) << format;
    }
}

std::string small_archive() {
    Item with_header = file_item("caf\xc3\xa9", std::string(1000, 'c'));
    with_header.inode.mtime.nanoseconds = 5;
    with_header.inode.xattrs = {{"user.k", "v"}};
    return archive_of({{"d", inode_of(FileType::directory, 0755), "", ""},
                       file_item("d/a", std::string(700, 'a')),
                       with_header,
                       file_item("d/empty")});
}

TEST(ArchiveReaderTest, archive_cut_at_every_length_is_damaged) {
    const std::string archive = small_archive();
    for (std::size_t length = 0; length < archive.size(); length += length % 512 == 0 ? 1u : 511u) {
        const auto all = read_archive(archive.substr(0, length));
        ASSERT_FALSE(all) << "cut at " << length << " of " << archive.size();
        EXPECT_EQ(all.error().code(), ErrorCode::archive_damaged) << length;
    }
    EXPECT_TRUE(read_archive(archive));
}

TEST(ArchiveReaderTest, flipped_header_byte_is_damaged) {
    const std::string archive = archive_of({file_item("a", "1"), file_item("b", "2")});
    for (std::size_t at = 0; at < 500; ++at) {
        for (const std::size_t header : {std::size_t{0}, std::size_t{1024}}) {
            std::string flipped = archive;
            flipped[header + at] = static_cast<char>(flipped[header + at] ^ 1);
            if (archive[header + at] == 0 && at >= 156 && at < 300) {
                continue; // padding after the end of a text field is summed, but some of it is free
            }
            EXPECT_FALSE(read_archive(flipped)) << header + at;
        }
    }
}

TEST(ArchiveReaderTest, bytes_after_the_end_mark_are_refused) {
    const auto all = read_archive(small_archive() + small_archive());
    ASSERT_FALSE(all);
    EXPECT_NE(all.error().message().find("after the archive's end mark"), std::string::npos);
}

TEST(ArchiveReaderTest, zeros_after_the_end_mark_are_padding) {
    EXPECT_TRUE(read_archive(small_archive() + std::string(20'000, '\0')));
}

TEST(ArchiveReaderTest, what_is_no_tar_says_so) {
    std::string noise(20'000, '\0');
    for (std::size_t i = 0; i < noise.size(); ++i) {
        noise[i] = static_cast<char>(i * 7919 >> 3);
    }
    for (const std::string &text : {noise, std::string("hello"), std::string()}) {
        const auto all = read_archive(text);
        ASSERT_FALSE(all);
        EXPECT_EQ(all.error().code(), ErrorCode::archive_damaged);
        EXPECT_NE(all.error().message().find("no tar archive"), std::string::npos)
            << all.error().message();
    }
}

TEST(ArchiveReaderTest, compressed_input_is_not_unpacked_behind_our_back) {
    const TempDir dir;
    save(dir, "a.tar", small_archive());
    run_program("gzip " + (dir / "a.tar"));
    EXPECT_FALSE(read_archive(read_file(dir / "a.tar.gz")));
}

TEST(ArchiveReaderTest, supply_in_pieces_of_any_size_gives_the_same) {
    const std::string archive = small_archive();
    for (const std::size_t piece : {1u, 7u, 511u, 513u, 100'000u}) {
        const auto all = read_archive(archive, piece);
        ASSERT_TRUE(all) << piece << all.error().message();
        EXPECT_EQ(all->at(2).second, std::string(1000, 'c'));
    }
}

TEST(ArchiveReaderTest, error_of_the_supply_comes_out_unchanged) {
    const std::string archive = small_archive();
    auto supply = supply_of(archive, 512);
    int calls = 0;
    const auto reader = pipeline::ArchiveReader::open([&]() -> Result<std::span<const std::byte>> {
        if (++calls > 3) {
            return fail(ErrorCode::cancelled, "stop");
        }
        return supply();
    });
    ASSERT_TRUE(reader);
    auto entry = (*reader)->next();
    while (entry && *entry) {
        entry = (*reader)->next();
    }
    ASSERT_FALSE(entry);
    EXPECT_EQ(entry.error().code(), ErrorCode::cancelled);
    EXPECT_EQ(entry.error().message(), "stop");
}

std::string python_archive(const std::string &body) {
    const TempDir dir;
    dir.write("make.py", "import io,struct,tarfile\n"
                         "def header(name,type=b'0',size=0):\n"
                         " i=tarfile.TarInfo(name);i.type=type;i.size=size\n"
                         " return i.tobuf(tarfile.USTAR_FORMAT)\n"
                         "def pad(b): return b+bytes(-len(b)%512)\n"
                         "out=b''\n" +
                             body + "\nopen('" + (dir / "a.tar") +
                             "','wb').write(out+bytes(1024))\n");
    const auto run = run_program("python3 " + (dir / "make.py"));
    EXPECT_EQ(run.exit_code, 0) << run.output;
    return read_file(dir / "a.tar");
}

TEST(ArchiveReaderTest, endless_chain_of_extended_headers_is_refused) {
    const std::string archive =
        python_archive("out=(header('x',b'x',11)+pad(b'11 a=bbbbb\\n'))*200000+header('f')");
    EXPECT_FALSE(read_archive(archive));
}

TEST(ArchiveReaderTest, huge_extended_header_is_refused) {
    const std::string archive = python_archive(
        "n=3000000\nout=header('x',b'x',n)+pad(b'%d user.a='%n+b'b'*(n-16)+b'\\n')+header('f')");
    EXPECT_FALSE(read_archive(archive));
}

TEST(ArchiveReaderTest, huge_sparse_map_is_refused) {
    const std::string archive =
        python_archive("rec=lambda k,v:b'%d %s=%s\\n'%(len(k)+len(v)+5,k,v)\n"
                       "p=rec(b'GNU.sparse.major',b'1')+rec(b'GNU.sparse.minor',b'0')+"
                       "rec(b'GNU.sparse.realsize',b'9999')\n"
                       "m=pad(b'9000000\\n'+b'0\\n0\\n'*9000000)\n"
                       "out=header('x',b'x',len(p))+pad(p)+header('f',b'0',len(m))+m");
    const auto all = read_archive(archive);
    ASSERT_FALSE(all);
    EXPECT_NE(all.error().message().find("metadata takes more than"), std::string::npos)
        << all.error().message();
}

TEST(ArchiveReaderTest, piece_outside_the_file_is_refused) {
    const std::string archive = python_archive(
        "rec=lambda k,v:b'%d %s=%s\\n'%(len(k)+len(v)+5,k,v)\n"
        "p=rec(b'GNU.sparse.major',b'1')+rec(b'GNU.sparse.minor',b'0')+"
        "rec(b'GNU.sparse.realsize',b'9999')\n"
        "m=pad(b'1\\n99999999\\n512\\n')\n"
        "out=header('x',b'x',len(p))+pad(p)+header('f',b'0',len(m)+512)+m+bytes(512)");
    EXPECT_FALSE(read_archive(archive));
}

} // namespace
} // namespace intact::test
