#include "pipeline/archive_reader.hpp"

#include "os/file.hpp"
#include "pipeline/entry_metadata.hpp"
#include "pipeline/locale_scope.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>

namespace intact::pipeline {
namespace {

constexpr std::size_t kSliceBytes = 256u << 10;
constexpr std::uint64_t kHeaderLimitBytes = 4u << 20;
constexpr std::uint64_t kEndMarkBytes = 1024;

// The length of the span without the zeros at its end.
std::size_t without_zeros(std::span<const std::byte> bytes) {
    std::size_t length = bytes.size();
    std::uint64_t word = 0;
    while (length >= sizeof word) {
        std::memcpy(&word, bytes.data() + length - sizeof word, sizeof word);
        if (word != 0) {
            break;
        }
        length -= sizeof word;
    }
    while (length > 0 && bytes[length - 1] == std::byte{0}) {
        --length;
    }
    return length;
}

} // namespace

struct ArchiveReader::Impl {
    ByteSupply supply;
    archive *handle = nullptr;
    std::optional<Error> error;
    std::span<const std::byte> pending;
    bool supply_ended = false;
    bool archive_ended = false;
    bool in_header = false;
    bool in_entry = false;
    std::uint64_t header_bytes = 0;
    std::uint64_t position = 0;     ///< bytes taken from the supply
    std::uint64_t last_nonzero = 0; ///< the position after the last byte that is not zero
    std::string path;               ///< of the current entry
    std::uint64_t size = 0;

    ~Impl() {
        if (handle != nullptr) {
            archive_read_free(handle);
        }
    }

    Error damaged(std::string_view what) const {
        return Error(ErrorCode::archive_damaged,
                     fmt::format("tar stream at byte {}: {}",
                                 handle != nullptr ? archive_read_header_position(handle) : 0,
                                 what));
    }

    // Small slices, so that the bytes one header takes can be counted.
    Result<std::span<const std::byte>> take() {
        if (pending.empty() && !supply_ended) {
            INTACT_TRY_ASSIGN(pending, supply());
            supply_ended = pending.empty();
        }
        const auto slice = pending.first(std::min(pending.size(), kSliceBytes));
        pending = pending.subspan(slice.size());
        const std::size_t nonzero = without_zeros(slice);
        if (nonzero > 0) {
            last_nonzero = position + nonzero;
        }
        position += slice.size();
        if (in_header) {
            header_bytes += slice.size();
            if (header_bytes > kHeaderLimitBytes) {
                return fail(damaged(fmt::format("the entry's metadata takes more than {} bytes",
                                                kHeaderLimitBytes)));
            }
        }
        return slice;
    }

    static la_ssize_t read(archive *handle, void *self, const void **bytes) {
        auto *impl = static_cast<Impl *>(self);
        auto slice = impl->take();
        if (!slice) {
            impl->error = std::move(slice).error();
            archive_set_error(handle, EIO, "the archive's supply failed");
            return -1;
        }
        *bytes = slice->data();
        return static_cast<la_ssize_t>(slice->size());
    }

    Result<> open() {
        handle = archive_read_new();
        if (handle == nullptr || archive_read_support_format_tar(handle) != ARCHIVE_OK ||
            archive_read_support_filter_none(handle) != ARCHIVE_OK) {
            return fail(ErrorCode::internal, "start reading the archive: out of memory");
        }
        if (archive_read_open(handle, this, nullptr, &Impl::read, nullptr) != ARCHIVE_OK) {
            return failure("open");
        }
        return {};
    }

    tl::unexpected<Error> failure(std::string_view where) {
        if (!error) {
            const char *words = archive_error_string(handle);
            std::string what = words != nullptr ? words : "cannot be read";
            if (what == "Unrecognized archive format") {
                what = position == 0 ? "the stream is empty: no tar archive"
                                     : "this is no tar archive, or its first header is damaged";
            }
            error = damaged(
                path.empty() ? what : fmt::format("{} {}: {}", where, os::quoted_path(path), what));
        }
        return fail(*error);
    }

    // libarchive takes the end of the stream for the end of the archive.
    Result<> check_end() {
        const auto mark = static_cast<std::uint64_t>(archive_read_header_position(handle));
        in_header = false;
        for (;;) {
            INTACT_TRY_ASSIGN(const std::span<const std::byte> rest, take());
            if (rest.empty()) {
                break;
            }
        }
        if (last_nonzero > mark) {
            return fail(damaged(
                fmt::format("bytes after the archive's end mark, up to byte {}", last_nonzero)));
        }
        if (position < mark + kEndMarkBytes) {
            return fail(
                damaged(fmt::format("the stream ends at byte {} without the end mark of two "
                                    "zero blocks: it is cut off",
                                    position)));
        }
        return {};
    }
};

ArchiveReader::ArchiveReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ArchiveReader::~ArchiveReader() = default;

Result<std::unique_ptr<ArchiveReader>> ArchiveReader::open(ByteSupply supply) {
    const LocaleScope locale(bytes_locale());
    auto impl = std::make_unique<Impl>();
    impl->supply = std::move(supply);
    INTACT_TRY(impl->open());
    return std::unique_ptr<ArchiveReader>(new ArchiveReader(std::move(impl)));
}

Result<std::optional<ArchivedEntry>> ArchiveReader::next() {
    const LocaleScope locale(bytes_locale());
    if (impl_->error) {
        return fail(*impl_->error);
    }
    if (impl_->archive_ended) {
        return std::nullopt;
    }
    if (impl_->in_entry && archive_read_data_skip(impl_->handle) < ARCHIVE_WARN) {
        return impl_->failure("after");
    }
    impl_->in_header = true;
    impl_->header_bytes = 0;
    archive_entry *entry = nullptr;
    const int status = archive_read_next_header(impl_->handle, &entry);
    impl_->in_header = false;
    if (status == ARCHIVE_EOF) {
        impl_->archive_ended = true;
        auto ended = impl_->check_end();
        if (!ended) {
            impl_->error = std::move(ended).error();
            return fail(*impl_->error);
        }
        return std::nullopt;
    }
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
        return impl_->failure("after");
    }
    auto archived = read_metadata(entry);
    if (!archived) {
        impl_->error = impl_->damaged(archived.error().message());
        return fail(*impl_->error);
    }
    if (status == ARCHIVE_WARN && !is_about_character_sets(archive_error_string(impl_->handle))) {
        archived->lost_metadata.emplace_back(archive_error_string(impl_->handle));
    }
    impl_->in_entry = true;
    impl_->path = archived->path;
    impl_->size = archived->inode.size;
    return std::optional(std::move(*archived));
}

Result<std::optional<ArchivedData>> ArchiveReader::data() {
    if (impl_->error) {
        return fail(*impl_->error);
    }
    for (;;) {
        const void *bytes = nullptr;
        std::size_t count = 0;
        la_int64_t offset = 0;
        const int status = archive_read_data_block(impl_->handle, &bytes, &count, &offset);
        if (status == ARCHIVE_EOF) {
            return std::nullopt;
        }
        if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
            return impl_->failure("content of");
        }
        const auto start = static_cast<std::uint64_t>(offset);
        if (offset < 0 || start > impl_->size || count > impl_->size - start) {
            impl_->error = impl_->damaged(
                fmt::format("content of {}: a piece at byte {} lies outside its size of {} bytes",
                            os::quoted_path(impl_->path), offset, impl_->size));
            return fail(*impl_->error);
        }
        if (count > 0) {
            return std::optional(
                ArchivedData{start, std::span(static_cast<const std::byte *>(bytes), count)});
        }
    }
}

} // namespace intact::pipeline
