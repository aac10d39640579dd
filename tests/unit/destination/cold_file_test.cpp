#include "destination/cold_file.hpp"

#include "destination/content.hpp"
#include "support/temp_dir.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

namespace intact::test {
namespace {

using destination::ReadLevel;

/// A file whose pages cannot be dropped, since it is mapped and its pages are in use.
class MappedFile {
public:
    MappedFile(const os::Directory &directory, const std::string &name, std::size_t bytes)
        : bytes_(bytes) {
        const os::UniqueFd fd(openat(directory.fd(), name.c_str(), O_RDONLY | O_CLOEXEC));
        memory_ = mmap(nullptr, bytes, PROT_READ, MAP_SHARED | MAP_POPULATE, fd.get(), 0);
    }
    ~MappedFile() { munmap(memory_, bytes_); }
    MappedFile(const MappedFile &) = delete;
    MappedFile &operator=(const MappedFile &) = delete;

private:
    std::size_t bytes_;
    void *memory_;
};

class ColdFileTest : public testing::Test {
protected:
    std::string write(std::size_t bytes) const {
        std::string content(bytes, '\0');
        for (std::size_t i = 0; i < bytes; ++i) {
            content[i] = static_cast<char>(i * 7 + i / 4096);
        }
        temp_.write("file", content);
        EXPECT_TRUE(directory_.sync_file("file"));
        return content;
    }
    bool can_read_directly() const {
        return static_cast<bool>(
            os::UniqueFd(openat(directory_.fd(), "file", O_RDONLY | O_DIRECT | O_CLOEXEC)));
    }

    TempDir temp_;
    os::Directory directory_ = *os::Directory::open(temp_.path());
};

TEST_F(ColdFileTest, passes_the_page_cache_by_when_it_cannot_be_emptied) {
    write(100000);
    const MappedFile mapped(directory_, "file", 100000);
    const auto file = destination::open_cold(directory_, "file");
    ASSERT_TRUE(file);
    EXPECT_EQ(file->is_cold, can_read_directly());
    EXPECT_EQ((fcntl(file->fd.get(), F_GETFL) & O_DIRECT) != 0, can_read_directly());
    EXPECT_EQ(destination::level_of(*file) == ReadLevel::buffered, !can_read_directly());
}

TEST_F(ColdFileTest, gives_every_byte_of_files_that_end_between_blocks) {
    for (const std::size_t bytes : {1UL, 511UL, 4095UL, 4096UL, 4097UL, (1UL << 20) - 1, 1UL << 20,
                                    (1UL << 20) + 5, (3UL << 20) + 4096}) {
        const std::string content = write(bytes);
        const MappedFile mapped(directory_, "file", bytes);
        const auto read = destination::content_at(directory_, "file", {});
        ASSERT_TRUE(read) << read.error().message();
        EXPECT_EQ(*read, destination::content_of(content)) << bytes;
    }
}

TEST_F(ColdFileTest, names_its_levels_as_manifests_do) {
    EXPECT_EQ(name_of(ReadLevel::stream), "stream");
    EXPECT_EQ(name_of(ReadLevel::buffered), "buffered");
    EXPECT_EQ(name_of(ReadLevel::cold), "cold");
    EXPECT_EQ(name_of(ReadLevel::cold_remote), "cold-remote");
}

} // namespace
} // namespace intact::test
