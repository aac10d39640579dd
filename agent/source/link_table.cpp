#include "source/link_table.hpp"

#include <array>
#include <cstring>

namespace intact::source {
namespace {

constexpr std::uint32_t kNone = ~std::uint32_t{0};
constexpr unsigned kOffsetBits = 16;
constexpr std::size_t kChunkBytes = std::size_t{1} << kOffsetBits;
constexpr std::size_t kMostChunks = (std::size_t{1} << (32 - kOffsetBits)) - 1;
constexpr std::size_t kFirstSlots = 64;

std::size_t hash_of(dev_t device, ino_t number) {
    // Inode numbers come in runs; the multiplier (2^64 over the golden ratio) spreads them.
    return (number ^ (device << 40)) * 0x9E3779B97F4A7C15U >> 16;
}

} // namespace

/// Followed by the name.
struct LinkTable::Record {
    dev_t device;
    ino_t number;
    std::uint32_t names_left;
    std::uint32_t directory;
    std::uint16_t name_length;
} __attribute__((packed)); // copied out and in as a whole, never referred to

struct LinkTable::Chunk {
    std::array<char, kChunkBytes> bytes;
    std::size_t used = 0;
    std::size_t records = 0;
};

LinkTable::LinkTable() : slots_(kFirstSlots, kNone) {}
LinkTable::~LinkTable() = default;

std::optional<std::string> LinkTable::see(const File &file, std::string_view path) {
    const std::size_t slot = slot_of(file.device, file.number);
    const std::uint32_t place = slots_[slot];
    if (place == kNone) {
        remember(slot, file, path);
        return std::nullopt;
    }
    Record record = record_at(place);
    std::string first = path_at(place, record);
    if (first == path) {
        return std::nullopt; // two paths of the job lead to it: a link to itself would be no file
    }
    --record.names_left;
    if (record.names_left == 0) {
        forget(slot, record);
    } else {
        std::memcpy(&chunks_[place >> kOffsetBits]->bytes[place % kChunkBytes], &record,
                    sizeof record);
    }
    return first;
}

std::size_t LinkTable::slot_of(dev_t device, ino_t number) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = hash_of(device, number) & mask;
    for (; slots_[slot] != kNone; slot = (slot + 1) & mask) {
        const Record record = record_at(slots_[slot]);
        if (record.number == number && record.device == device) {
            break;
        }
    }
    return slot;
}

std::size_t LinkTable::home_of(const Record &record) const {
    return hash_of(record.device, record.number) & (slots_.size() - 1);
}

LinkTable::Record LinkTable::record_at(std::uint32_t place) const {
    Record record{};
    std::memcpy(&record, &chunks_[place >> kOffsetBits]->bytes[place % kChunkBytes], sizeof record);
    return record;
}

std::string LinkTable::path_at(std::uint32_t place, const Record &record) const {
    std::string path = directories_[record.directory].path;
    const char *bytes = chunks_[place >> kOffsetBits]->bytes.data() + place % kChunkBytes;
    return path.append(bytes + sizeof record, record.name_length);
}

void LinkTable::remember(std::size_t slot, const File &file, std::string_view path) {
    const std::size_t name_at = path.rfind('/') + 1; // 0 where there is none
    const std::string_view name = path.substr(name_at);
    const auto place = file.names < 2 ? std::nullopt : room_for(sizeof(Record) + name.size());
    if (!place) {
        return; // names still to come get content of their own
    }
    const Record record{file.device, file.number, static_cast<std::uint32_t>(file.names - 1),
                        enter(path.substr(0, name_at)), static_cast<std::uint16_t>(name.size())};
    Chunk &chunk = *chunks_[*place >> kOffsetBits];
    char *bytes = chunk.bytes.data() + *place % kChunkBytes;
    std::memcpy(bytes, &record, sizeof record);
    std::memcpy(bytes + sizeof record, name.data(), name.size());
    chunk.used += sizeof record + name.size();
    ++chunk.records;
    slots_[slot] = *place;
    if (++size_ > slots_.size() / 4 * 3) {
        grow();
    }
}

std::uint32_t LinkTable::enter(std::string_view directory) {
    const bool is_last = last_directory_ < directories_.size() &&
                         directories_[last_directory_].files > 0 &&
                         directories_[last_directory_].path == directory;
    if (!is_last && free_directories_.empty()) {
        last_directory_ = static_cast<std::uint32_t>(directories_.size());
        directories_.push_back({std::string(directory), 0});
    } else if (!is_last) {
        last_directory_ = free_directories_.back();
        free_directories_.pop_back();
        directories_[last_directory_].path = directory;
    }
    ++directories_[last_directory_].files;
    return last_directory_;
}

std::optional<std::uint32_t> LinkTable::room_for(std::size_t bytes) {
    const auto fits = [&] {
        return last_chunk_ < chunks_.size() && chunks_[last_chunk_] &&
               bytes <= kChunkBytes - chunks_[last_chunk_]->used;
    };
    if (bytes > kChunkBytes || (!fits() && chunks_.size() == kMostChunks && free_chunks_.empty())) {
        return std::nullopt;
    }
    if (!fits()) {
        if (free_chunks_.empty()) {
            last_chunk_ = static_cast<std::uint32_t>(chunks_.size());
            chunks_.emplace_back();
        } else {
            last_chunk_ = free_chunks_.back();
            free_chunks_.pop_back();
        }
        chunks_[last_chunk_] = std::make_unique<Chunk>();
    }
    return last_chunk_ << kOffsetBits | static_cast<std::uint32_t>(chunks_[last_chunk_]->used);
}

void LinkTable::forget(std::size_t slot, const Record &record) {
    const std::uint32_t index = slots_[slot] >> kOffsetBits;
    if (--chunks_[index]->records == 0 && index != last_chunk_) {
        chunks_[index].reset();
        free_chunks_.push_back(index);
    } else if (chunks_[index]->records == 0) {
        chunks_[index]->used = 0;
    }
    if (--directories_[record.directory].files == 0) {
        directories_[record.directory].path = std::string();
        free_directories_.push_back(record.directory);
    }
    --size_;
    // Those behind it move up, so that no search ends at the gap too early.
    const std::size_t mask = slots_.size() - 1;
    slots_[slot] = kNone;
    for (std::size_t next = (slot + 1) & mask; slots_[next] != kNone; next = (next + 1) & mask) {
        const std::size_t home = home_of(record_at(slots_[next]));
        if (((next - home) & mask) >= ((next - slot) & mask)) {
            slots_[slot] = slots_[next];
            slots_[next] = kNone;
            slot = next;
        }
    }
}

void LinkTable::grow() {
    const std::vector<std::uint32_t> old = std::move(slots_);
    slots_.assign(old.size() * 2, kNone);
    for (const std::uint32_t place : old) {
        if (place != kNone) {
            const Record record = record_at(place);
            slots_[slot_of(record.device, record.number)] = place;
        }
    }
}

} // namespace intact::source
