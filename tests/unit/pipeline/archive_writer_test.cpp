#include "archive_fixture.hpp"

#include "pipeline/posix_acl.hpp"

#include <chrono>

namespace intact::test {
namespace {

using os::FileType;

os::Inode only(const std::string &archive) {
    const auto all = read_archive(archive);
    EXPECT_TRUE(all) << all.error().message();
    return all && all->size() == 1 ? all->front().first.inode : os::Inode{};
}

std::string path_of_only(const std::string &archive) {
    const auto all = read_archive(archive);
    EXPECT_TRUE(all) << all.error().message();
    return all && all->size() == 1 ? all->front().first.path : "";
}

TEST(ArchiveWriterTest, ordinary_file_takes_no_extended_header) {
    const std::string archive = archive_of({file_item("etc/hosts", "127.0.0.1\n")});
    EXPECT_EQ(archive.size(), 512u + 512u + 1024u);
}

TEST(ArchiveWriterTest, gnu_tar_and_bsdtar_extract_the_same_content) {
    const TempDir dir;
    std::vector<Item> items{{"d", inode_of(FileType::directory, 0755), "", ""},
                            file_item("d/one", std::string(100'000, 'x')),
                            {"d/two", inode_of(FileType::regular), "", "d/one"},
                            {"d/link", inode_of(FileType::symlink, 0777), "", ""},
                            {"d/pipe", inode_of(FileType::fifo, 0600), "", ""}};
    items[3].inode.symlink_target = "one";
    const std::string tar = save(dir, "a.tar", archive_of(items));
    for (const std::string program : {"tar", "bsdtar"}) {
        const std::string out = dir / program;
        const auto run = run_program("mkdir " + out + " && " + program + " -xf " + tar + " -C " +
                                     out + " && cmp " + out + "/d/one " + out + "/d/link && test " +
                                     out + "/d/one -ef " + out + "/d/two && test -p " + out +
                                     "/d/pipe && wc -c < " + out + "/d/two");
        EXPECT_EQ(run.exit_code, 0) << program << run.output;
        EXPECT_EQ(run.output, "100000\n") << program;
    }
}

class ArchiveNameTest : public testing::TestWithParam<std::string> {};

TEST_P(ArchiveNameTest, comes_back_byte_for_byte) {
    EXPECT_EQ(path_of_only(archive_of({file_item(GetParam(), "x")})), GetParam());
}

TEST_P(ArchiveNameTest, comes_back_as_target_of_a_symlink) {
    Item item{"link", inode_of(FileType::symlink, 0777), "", ""};
    item.inode.symlink_target = GetParam();
    EXPECT_EQ(only(archive_of({item})).symlink_target, GetParam());
}

TEST_P(ArchiveNameTest, comes_back_as_target_of_a_hard_link) {
    const auto all = read_archive(archive_of(
        {file_item(GetParam(), "x"), {"b", inode_of(FileType::regular), "", GetParam()}}));
    ASSERT_TRUE(all) << all.error().message();
    EXPECT_EQ(all->at(1).first.hard_link_to, GetParam());
}

TEST_P(ArchiveNameTest, comes_back_for_a_sparse_file) {
    Item item = file_item(GetParam());
    item.inode.size = 1u << 20;
    item.inode.sparse = true;
    StringSink sink;
    pipeline::ArchiveWriter writer(sink);
    ASSERT_TRUE(writer.begin(item.path, item.inode, ""));
    ASSERT_TRUE(writer.hole(item.inode.size));
    ASSERT_TRUE(writer.end());
    ASSERT_TRUE(writer.finish());
    EXPECT_EQ(path_of_only(sink.text), GetParam());
}

TEST_P(ArchiveNameTest, is_extracted_by_gnu_tar_byte_for_byte) {
    const TempDir dir;
    const std::string name =
        GetParam().substr(0, GetParam().rfind('/') == std::string::npos ? std::string::npos : 0);
    if (name.empty()) {
        return; // 4,000 characters do not fit below a test's folder in one call
    }
    const std::string tar = save(dir, "a.tar", archive_of({file_item(name, "x")}));
    const auto run = run_program("mkdir " + (dir / "out") + " && tar -xf " + tar + " -C " +
                                 (dir / "out") + " 2>/dev/null && ls -U --zero " + (dir / "out"));
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_EQ(run.output, name + std::string(1, '\0'));
}

std::string long_path() {
    std::string path;
    while (path.size() < 3950) {
        path += std::string(49, static_cast<char>('a' + path.size() / 50 % 26)) + "/";
    }
    return path + "the-last-part";
}

INSTANTIATE_TEST_SUITE_P(Names, ArchiveNameTest,
                         testing::Values("plain", "new\nline", "caf\xc3\xa9",
                                         "nfd-e\xcc\x81", // decomposed: must not be composed
                                         "latin-\xe9", "\xff\xfe", "\xed\xa0\x80", "a=b %41",
                                         std::string(255, 'n'), "-rf", " ", "\x01\x7f\x1b[31m",
                                         long_path()));

class ArchiveTimeTest : public testing::TestWithParam<os::TimeStamp> {};

TEST_P(ArchiveTimeTest, comes_back_exactly_and_gnu_tar_agrees) {
    const TempDir dir;
    Item item = file_item("f");
    item.inode.mtime = GetParam();
    const std::string archive = archive_of({item});
    EXPECT_EQ(only(archive).mtime, GetParam());

    const std::string tar = save(dir, "a.tar", archive);
    const auto run = run_program("cd " + dir.path() + " && tar -xf " + tar + " 2>/dev/null; " +
                                 "stat -c %.9Y f");
    const std::int64_t ns = GetParam().seconds * 1'000'000'000 + GetParam().nanoseconds;
    const std::int64_t whole = std::stoll(run.output.substr(0, run.output.find('.')));
    const std::int64_t part = std::stoll(run.output.substr(run.output.find('.') + 1));
    EXPECT_EQ(whole * 1'000'000'000 + (run.output[0] == '-' ? -part : part), ns) << run.output;
}

INSTANTIATE_TEST_SUITE_P(Times, ArchiveTimeTest,
                         testing::Values(os::TimeStamp{1'700'000'000, 123'456'789},
                                         os::TimeStamp{0, 1}, os::TimeStamp{-2, 500'000'000},
                                         os::TimeStamp{-1000, 0}, os::TimeStamp{-86400, 1},
                                         os::TimeStamp{5'000'000'000, 999'999'999}));

TEST(ArchiveWriterTest, numeric_owner_beyond_octal_comes_back) {
    Item item = file_item("f");
    item.inode.uid = 4'294'967'294u;
    item.inode.gid = (1u << 21) + 5;
    const os::Inode inode = only(archive_of({item}));
    EXPECT_EQ(inode.uid, item.inode.uid);
    EXPECT_EQ(inode.gid, item.inode.gid);
}

TEST(ArchiveWriterTest, account_names_stand_beside_the_numbers) {
    const TempDir dir;
    const auto run = run_program("tar -tvf " + save(dir, "a.tar", archive_of({file_item("f")})));
    EXPECT_NE(run.output.find("root/root"), std::string::npos) << run.output;
}

TEST(ArchiveWriterTest, all_mode_bits_and_device_numbers_come_back) {
    Item item{"dev", inode_of(FileType::character_device, 07777), "", ""};
    item.inode.device_major = 511;
    item.inode.device_minor = 1u << 19;
    const os::Inode inode = only(archive_of({item}));
    EXPECT_EQ(inode.type, FileType::character_device);
    EXPECT_EQ(inode.mode, 07777u);
    EXPECT_EQ(inode.device_major, 511u);
    EXPECT_EQ(inode.device_minor, 1u << 19);
}

std::string acl_value(std::uint32_t largest = 2'000'000'000u) {
    using pipeline::AclTag;
    return pipeline::encode_acl({{AclTag::owner, 6, 0},
                                 {AclTag::user, 7, 12345},
                                 {AclTag::user, 5, largest},
                                 {AclTag::owning_group, 4, 0},
                                 {AclTag::group, 1, 7},
                                 {AclTag::mask, 7, 0},
                                 {AclTag::other, 0, 0}});
}

TEST(ArchiveWriterTest, acls_and_mode_come_back_exactly) {
    Item item{"d", inode_of(FileType::directory, 0670), "", ""};
    item.inode.xattrs = {{"system.posix_acl_access", acl_value()},
                         {"system.posix_acl_default", acl_value()}};
    const os::Inode inode = only(archive_of({item}));
    EXPECT_EQ(inode.xattrs, item.inode.xattrs);
    EXPECT_EQ(inode.mode, 0670u);
}

TEST(ArchiveWriterTest, acl_with_the_largest_user_number_comes_back) {
    Item item{"d", inode_of(FileType::directory, 0670), "", ""};
    item.inode.xattrs = {{"system.posix_acl_access", acl_value(4'294'967'294u)}};
    const os::Inode inode = only(archive_of({item}));
    EXPECT_EQ(inode.xattrs, item.inode.xattrs);
    EXPECT_EQ(inode.mode, 0670u);
}

TEST(ArchiveWriterTest, gnu_tar_restores_the_acl) {
    const TempDir dir;
    Item item = file_item("f", "x");
    item.inode.mode = 0670;
    item.inode.xattrs = {{"system.posix_acl_access", acl_value()}};
    save(dir, "a.tar", archive_of({item}));
    for (const std::string program : {"tar --acls --numeric-owner", "bsdtar --acls"}) {
        const auto run = run_program("cd " + dir.path() + " && rm -f f && " + program +
                                     " -xpf a.tar && getfacl -cn f");
        EXPECT_EQ(run.output, "user::rw-\nuser:12345:rwx\nuser:2000000000:r-x\ngroup::r--\n"
                              "group:7:--x\nmask::rwx\nother::---\n\n")
            << program;
    }
}

TEST(ArchiveWriterTest, xattrs_of_any_bytes_come_back) {
    Item item = file_item("f", "x");
    item.inode.xattrs = {
        {"security.capability", std::string("\1\0\0\2\0 \0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20)},
        {"user.a=b%3D", "equals"},
        {"user.binary", std::string("\0\n=\xff\0", 5)},
        {"user.empty", ""},
        {"user.large", std::string(60'000, 'v')},
        {"user.umlaut-\xc3\xa4", "u"}};
    EXPECT_EQ(only(archive_of({item})).xattrs, item.inode.xattrs);
}

TEST(ArchiveWriterTest, gnu_tar_restores_the_xattrs) {
    const TempDir dir;
    Item item = file_item("f", "x");
    item.inode.xattrs = {{"user.a=b", "v"}, {"user.plain", "w"}};
    save(dir, "a.tar", archive_of({item}));
    const auto run =
        run_program("cd " + dir.path() + " && tar --xattrs -xf a.tar && " +
                    "python3 -c 'import os;print(sorted((n,os.getxattr(\"f\",n)) for n in " +
                    "os.listxattr(\"f\")))'");
    EXPECT_EQ(run.output, "[('user.a=b', b'v'), ('user.plain', b'w')]\n");
}

TEST(ArchiveWriterTest, metadata_that_no_reader_takes_is_refused_by_name) {
    Item item = file_item("big/one", "x");
    for (int i = 0; i < 20; ++i) {
        item.inode.xattrs.push_back({"user.x" + std::to_string(i), std::string(60'000, 'v')});
    }
    StringSink sink;
    pipeline::ArchiveWriter writer(sink);
    const auto begun = writer.begin(item.path, item.inode, "");
    ASSERT_FALSE(begun);
    EXPECT_EQ(begun.error().code(), ErrorCode::unsupported);
    EXPECT_NE(begun.error().message().find("'big/one'"), std::string::npos);
}

TEST(ArchiveWriterTest, content_that_is_too_short_is_refused) {
    StringSink sink;
    pipeline::ArchiveWriter writer(sink);
    ASSERT_TRUE(writer.begin("f", file_item("f", "12345").inode, ""));
    EXPECT_FALSE(writer.end());
}

TEST(ArchiveWriterTest, no_end_mark_without_finish) {
    StringSink sink;
    {
        pipeline::ArchiveWriter writer(sink);
        put(writer, file_item("f", "x"));
    }
    EXPECT_EQ(sink.text.size(), 1024u);
    EXPECT_FALSE(read_archive(sink.text));
}

TEST(ArchiveWriterTest, archive_without_entries_is_whole) {
    const auto all = read_archive(archive_of({}));
    ASSERT_TRUE(all) << all.error().message();
    EXPECT_TRUE(all->empty());
}

class CancelledSink final : public ByteSink {
public:
    Result<std::span<std::byte>> space() override { return fail(ErrorCode::cancelled, "stop"); }
    void commit(std::size_t) override {}
};

TEST(ArchiveWriterTest, error_of_the_sink_comes_out_unchanged) {
    CancelledSink sink;
    pipeline::ArchiveWriter writer(sink);
    const auto begun = writer.begin("f", file_item("f").inode, "");
    ASSERT_FALSE(begun);
    EXPECT_EQ(begun.error().code(), ErrorCode::cancelled);
    EXPECT_EQ(begun.error().message(), "stop");
    EXPECT_EQ(writer.finish().error().code(), ErrorCode::cancelled);
}

Item sparse_item(std::uint64_t size, std::vector<os::Extent> extents) {
    Item item = file_item("sparse");
    item.inode.size = size;
    item.inode.sparse = true;
    item.inode.extents = std::move(extents);
    return item;
}

std::string sparse_archive(const Item &item) {
    StringSink sink;
    pipeline::ArchiveWriter writer(sink);
    EXPECT_TRUE(writer.begin(item.path, item.inode, ""));
    std::uint64_t at = 0;
    for (const os::Extent &extent : item.inode.extents) {
        EXPECT_TRUE(writer.hole(extent.offset - at));
        const std::string content(extent.length, 'D');
        EXPECT_TRUE(writer.data(std::as_bytes(std::span(content))));
        at = extent.offset + extent.length;
    }
    EXPECT_TRUE(writer.hole(item.inode.size - at));
    EXPECT_TRUE(writer.end());
    EXPECT_TRUE(writer.finish());
    return sink.text;
}

constexpr std::uint64_t kGiB = 1u << 30;

TEST(ArchiveWriterTest, sparse_file_of_100_gib_is_small_and_quick) {
    const Item item =
        sparse_item(100 * kGiB, {{0, 4096}, {50 * kGiB, 8192}, {100 * kGiB - 10, 10}});
    const auto start = std::chrono::steady_clock::now();
    const std::string archive = sparse_archive(item);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
    EXPECT_LT(archive.size(), 20'000u);

    const auto reader = pipeline::ArchiveReader::open(supply_of(archive));
    ASSERT_TRUE(reader);
    const auto entry = (*reader)->next();
    ASSERT_TRUE(entry && *entry);
    EXPECT_EQ((*entry)->inode.size, 100 * kGiB);
    EXPECT_TRUE((*entry)->inode.sparse);
    EXPECT_EQ((*entry)->inode.extents, item.inode.extents);
    std::uint64_t bytes = 0;
    std::uint64_t last = 0;
    for (auto data = (*reader)->data(); data && *data; data = (*reader)->data()) {
        bytes += (*data)->bytes.size();
        last = (*data)->offset + (*data)->bytes.size();
    }
    EXPECT_EQ(bytes, 4096u + 8192u + 10u);
    EXPECT_EQ(last, 100 * kGiB);
    const auto end = (*reader)->next();
    EXPECT_TRUE(end && !*end);
}

TEST(ArchiveWriterTest, gnu_tar_and_bsdtar_extract_a_sparse_file) {
    const TempDir dir;
    const Item item = sparse_item(9 * kGiB, {{kGiB, 4096}, {8 * kGiB + 512, 100}});
    save(dir, "a.tar", sparse_archive(item));
    for (const std::string program : {"tar", "bsdtar"}) {
        const auto run =
            run_program("cd " + dir.path() + " && rm -f sparse && " + program +
                        " -xf a.tar && stat -c %s sparse && test $(stat -c %b sparse) -lt 100 && " +
                        "tail -c +1073741824 sparse | head -c 4098 | tr -d '\\0' | wc -c && " +
                        "tail -c +8589935105 sparse | head -c 200 | tr -d '\\0' | wc -c");
        EXPECT_EQ(run.exit_code, 0) << program;
        EXPECT_EQ(run.output, "9663676416\n4096\n100\n") << program;
    }
}

TEST(ArchiveWriterTest, file_that_is_one_hole_comes_back) {
    const TempDir dir;
    const std::string archive = sparse_archive(sparse_item(9 * kGiB, {}));
    const os::Inode inode = only(archive);
    EXPECT_EQ(inode.size, 9 * kGiB);
    EXPECT_TRUE(inode.sparse);
    EXPECT_TRUE(inode.extents.empty());
    save(dir, "a.tar", archive);
    for (const std::string program : {"tar", "bsdtar"}) {
        const auto run = run_program("cd " + dir.path() + " && rm -f sparse && " + program +
                                     " -xf a.tar && stat -c '%s %b' sparse");
        EXPECT_EQ(run.output, "9663676416 0\n") << program;
    }
}

TEST(ArchiveWriterTest, map_of_too_many_extents_is_made_smaller_and_stays_right) {
    std::vector<os::Extent> extents;
    for (std::uint64_t i = 0; i < 70'000; ++i) {
        extents.push_back({i * 100, 1});
    }
    const auto all = read_archive(sparse_archive(sparse_item(7'000'000, extents)));
    ASSERT_TRUE(all) << all.error().message();
    EXPECT_LE(all->front().first.inode.extents.size(), 65'536u);
    std::uint64_t wrong = 0;
    const std::string &content = all->front().second;
    for (std::size_t i = 0; i < content.size(); ++i) {
        wrong += content[i] != (i % 100 == 0 ? 'D' : '\0') ? 1u : 0u;
    }
    EXPECT_EQ(wrong, 0u);
}

} // namespace
} // namespace intact::test
