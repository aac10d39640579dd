// Where the content of each file with several names was archived. Knows no tree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace intact::source {

/// Records lie packed in chunks that go when the last of their files is forgotten: a tree of a
/// million linked files must not cost a path each. Memory: about 45 bytes and its name for a file
/// of which names are still to come, and the directories that hold such files.
class LinkTable {
public:
    LinkTable();
    ~LinkTable();
    LinkTable(const LinkTable &) = delete;
    LinkTable &operator=(const LinkTable &) = delete;

    struct File {
        dev_t device = 0;
        ino_t number = 0;
        std::uint64_t names = 0; ///< as many as it has, st_nlink
    };
    /// Notes one name of a file. Returns the first one; nothing when this is it. A file is
    /// forgotten with its last name.
    std::optional<std::string> see(const File &file, std::string_view path);
    /// Files of which names are still to come.
    std::size_t size() const { return size_; }

private:
    struct Record;
    struct Chunk;
    struct Directory {
        std::string path;
        std::uint32_t files = 0;
    };

    std::size_t slot_of(dev_t device, ino_t number) const;
    std::size_t home_of(const Record &record) const;
    Record record_at(std::uint32_t place) const;
    std::string path_at(std::uint32_t place, const Record &record) const;
    void remember(std::size_t slot, const File &file, std::string_view path);
    void forget(std::size_t slot, const Record &record);
    void grow();
    std::uint32_t enter(std::string_view directory);
    std::optional<std::uint32_t> room_for(std::size_t bytes);

    std::vector<std::uint32_t> slots_; ///< open addressing, linear; places of records
    std::size_t size_ = 0;
    std::vector<std::unique_ptr<Chunk>> chunks_;
    std::vector<std::uint32_t> free_chunks_;
    std::vector<Directory> directories_;
    std::vector<std::uint32_t> free_directories_;
    std::uint32_t last_directory_ = 0;
    std::uint32_t last_chunk_ = 0;
};

} // namespace intact::source
