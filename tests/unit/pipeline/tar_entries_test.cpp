#include "formats/tar_check.hpp"

#include "unit/pipeline/archive_fixture.hpp"

#include <gtest/gtest.h>

namespace intact::test {
namespace {

// What proves a backup counts by the reader, so both must take the same headers for entries.
void expect_as_many_as_the_reader_finds(const std::string &command) {
    const TempDir temp;
    const auto made = run_program("cd " + temp.path() +
                                  " && mkdir t && echo hello > t/small"
                                  " && head -c 70000 /dev/zero > t/zeros && " +
                                  command);
    ASSERT_EQ(made.exit_code, 0) << made.output;
    const std::string bytes = read_file(temp / "a.tar");
    formats::TarCheck tar;
    const auto fed = tar.feed(std::as_bytes(std::span(bytes.data(), bytes.size())));
    ASSERT_TRUE(fed) << fed.error().message();
    const auto reader = pipeline::ArchiveReader::open(supply_of(bytes));
    ASSERT_TRUE(reader);
    std::uint64_t found = 0;
    for (auto entry = (*reader)->next(); entry && *entry; entry = (*reader)->next()) {
        ++found;
    }
    EXPECT_GT(found, 0U);
    EXPECT_EQ(*tar.entries(), found);
}

TEST(TarEntriesTest, a_volume_label_is_no_entry) {
    for (const char *format : {"gnu", "oldgnu", "posix"}) {
        SCOPED_TRACE(format);
        expect_as_many_as_the_reader_finds(std::string("tar -V 'a label' --format=") + format +
                                           " -cf a.tar t");
    }
}

TEST(TarEntriesTest, the_rest_of_a_file_on_the_next_volume_is_an_entry) {
    expect_as_many_as_the_reader_finds(
        "head -c 300000 /dev/urandom >t/zeros; "
        "tar --format=gnu -M -V label -L 200 -cf first.tar -f a.tar -f third.tar t/zeros");
}

} // namespace
} // namespace intact::test
