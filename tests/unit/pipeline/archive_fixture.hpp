// What the archive tests share: a reader of bytes, entries by one line each.
#pragma once

#include "pipeline/archive_reader.hpp"
#include "pipeline/archive_writer.hpp"
#include "support/string_sink.hpp"
#include "support/temp_dir.hpp"

#include <fstream>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace intact::test {

struct Item {
    std::string path;
    os::Inode inode;
    std::string content;
    std::string hard_link_to;
};

inline os::Inode inode_of(os::FileType type, std::uint32_t mode = 0644) {
    os::Inode inode;
    inode.type = type;
    inode.mode = mode;
    inode.mtime = {1'700'000'000, 0};
    return inode;
}

inline Item file_item(std::string path, std::string content = "") {
    Item item{std::move(path), inode_of(os::FileType::regular), std::move(content), ""};
    item.inode.size = item.content.size();
    return item;
}

inline void put(pipeline::ArchiveWriter &writer, const Item &item) {
    const auto begun = writer.begin(item.path, item.inode, item.hard_link_to);
    ASSERT_TRUE(begun) << begun.error().message();
    if (item.hard_link_to.empty() && item.inode.type == os::FileType::regular) {
        const auto data = writer.data(std::as_bytes(std::span(item.content)));
        ASSERT_TRUE(data) << data.error().message();
    }
    const auto ended = writer.end();
    ASSERT_TRUE(ended) << ended.error().message();
}

inline std::string archive_of(const std::vector<Item> &items) {
    StringSink sink;
    pipeline::ArchiveWriter writer(sink);
    for (const Item &item : items) {
        put(writer, item);
    }
    const auto finished = writer.finish();
    EXPECT_TRUE(finished) << finished.error().message();
    EXPECT_EQ(writer.entries(), items.size());
    return sink.text;
}

/// A supply of these bytes, `piece` at a time.
inline pipeline::ByteSupply supply_of(const std::string &text, std::size_t piece = 10240) {
    return [rest = std::as_bytes(std::span(text.data(), text.size())),
            piece]() mutable -> Result<std::span<const std::byte>> {
        const auto part = rest.first(std::min(rest.size(), piece));
        rest = rest.subspan(part.size());
        return part;
    };
}

/// Entries with their content (holes filled with zeros when `with_content`).
inline Result<std::vector<std::pair<pipeline::ArchivedEntry, std::string>>>
read_archive(const std::string &text, std::size_t piece = 10240) {
    std::vector<std::pair<pipeline::ArchivedEntry, std::string>> all;
    INTACT_TRY_ASSIGN(const auto reader, pipeline::ArchiveReader::open(supply_of(text, piece)));
    for (;;) {
        INTACT_TRY_ASSIGN(auto entry, reader->next());
        if (!entry) {
            return all;
        }
        std::string content;
        for (;;) {
            INTACT_TRY_ASSIGN(const auto data, reader->data());
            if (!data) {
                break;
            }
            content.resize(std::max<std::size_t>(content.size(), data->offset), '\0');
            for (const std::byte byte : data->bytes) {
                content.push_back(static_cast<char>(byte));
            }
        }
        all.emplace_back(std::move(*entry), std::move(content));
    }
}

inline std::string save(const TempDir &dir, const std::string &name, const std::string &bytes) {
    return dir.write(name, bytes);
}

} // namespace intact::test
