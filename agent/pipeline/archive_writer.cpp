#include "pipeline/archive_writer.hpp"

#include "os/file.hpp"
#include "pipeline/account_names.hpp"
#include "pipeline/locale_scope.hpp"
#include "pipeline/posix_acl.hpp"
#include "pipeline/sparse_map.hpp"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <cerrno>
#include <fmt/format.h>
#include <limits>
#include <optional>
#include <sys/mman.h>

namespace intact::pipeline {
namespace {

// ArchiveReader, GNU tar's and libarchive's own limit for one extended header.
constexpr std::size_t kMetadataLimitBytes = 1000u << 10;
constexpr std::uint64_t kZerosBytes = 1u << 30;

// Zeros to name as the content of holes. libarchive wants the whole logical content and drops what
// the sparse map leaves out without looking at it; untouched pages cost address space only.
class Zeros {
public:
    Zeros() = default;
    ~Zeros() {
        if (address_ != nullptr) {
            munmap(address_, kZerosBytes);
        }
    }
    Zeros(const Zeros &) = delete;
    Zeros &operator=(const Zeros &) = delete;

    Result<std::span<const std::byte>> get() {
        if (address_ == nullptr) {
            void *mapped = mmap(nullptr, kZerosBytes, PROT_READ,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
            if (mapped == MAP_FAILED) {
                return fail_errno(errno, "reserve address space for a sparse file");
            }
            address_ = mapped;
        }
        return std::span(static_cast<const std::byte *>(address_), kZerosBytes);
    }

private:
    void *address_ = nullptr;
};

unsigned int libarchive_type(os::FileType type) {
    switch (type) {
    case os::FileType::regular:
        return AE_IFREG;
    case os::FileType::directory:
        return AE_IFDIR;
    case os::FileType::symlink:
        return AE_IFLNK;
    case os::FileType::fifo:
        return AE_IFIFO;
    case os::FileType::character_device:
        return AE_IFCHR;
    case os::FileType::block_device:
        return AE_IFBLK;
    case os::FileType::socket:
        break;
    }
    return AE_IFSOCK;
}

int libarchive_tag(AclTag tag) {
    switch (tag) {
    case AclTag::owner:
        return ARCHIVE_ENTRY_ACL_USER_OBJ;
    case AclTag::user:
        return ARCHIVE_ENTRY_ACL_USER;
    case AclTag::owning_group:
        return ARCHIVE_ENTRY_ACL_GROUP_OBJ;
    case AclTag::group:
        return ARCHIVE_ENTRY_ACL_GROUP;
    case AclTag::mask:
        return ARCHIVE_ENTRY_ACL_MASK;
    case AclTag::other:
        break;
    }
    return ARCHIVE_ENTRY_ACL_OTHER;
}

void add_acl(archive_entry *entry, int type, const std::vector<AclEntry> &acl) {
    for (const AclEntry &item : acl) {
        const bool has_id = item.tag == AclTag::user || item.tag == AclTag::group;
        archive_entry_acl_add_entry(entry, type, item.permissions, libarchive_tag(item.tag),
                                    has_id ? static_cast<int>(item.id) : -1, nullptr);
    }
}

void add_xattr(archive_entry *entry, const os::Xattr &xattr) {
    const auto acl = xattr.name == kAccessAclName || xattr.name == kDefaultAclName
                         ? decode_acl(xattr.value)
                         : std::nullopt;
    // libarchive holds numbers as int: an ACL with a larger one is kept as the attribute that it
    // is.
    if (acl && std::all_of(acl->begin(), acl->end(), [](const AclEntry &item) {
            return item.id <= static_cast<std::uint32_t>(std::numeric_limits<int>::max());
        })) {
        add_acl(entry,
                xattr.name == kAccessAclName ? ARCHIVE_ENTRY_ACL_TYPE_ACCESS
                                             : ARCHIVE_ENTRY_ACL_TYPE_DEFAULT,
                *acl);
        return;
    }
    archive_entry_xattr_add_entry(entry, xattr.name.c_str(), xattr.value.data(),
                                  xattr.value.size());
}

// libarchive 3.6 writes the two fields one after the other: -2 s + 0.5 s would become "-2.5". The
// pax text of a time before 1970 counts away from zero, so it is given that way. Within the last
// second before 1970 the sign would be lost: the fraction is.
void set_mtime(archive_entry *entry, os::TimeStamp time) {
    if (time.seconds < 0 && time.nanoseconds != 0) {
        if (time.seconds == -1) {
            time.nanoseconds = 0;
        } else {
            time.seconds += 1;
            time.nanoseconds = 1'000'000'000 - time.nanoseconds;
        }
    }
    archive_entry_set_mtime(entry, time.seconds, static_cast<long>(time.nanoseconds));
}

void set_sparse(archive_entry *entry, const os::Inode &inode) {
    for (const os::Extent &extent : fit_extents(inode.extents, kSparseExtentLimit)) {
        archive_entry_sparse_add_entry(entry, static_cast<std::int64_t>(extent.offset),
                                       static_cast<std::int64_t>(extent.length));
    }
    if (inode.extents.empty()) {
        archive_entry_sparse_add_entry(entry, static_cast<std::int64_t>(inode.size), 0);
    }
}

std::size_t metadata_bytes(const std::string &path, const os::Inode &inode) {
    std::size_t total = path.size() + inode.symlink_target.size();
    for (const os::Xattr &xattr : inode.xattrs) {
        // An ACL entry of 8 bytes becomes text of up to 40.
        const bool acl = xattr.name == kAccessAclName || xattr.name == kDefaultAclName;
        total += xattr.name.size() + (acl ? 5 : 1) * xattr.value.size() + 32;
    }
    return total;
}

} // namespace

struct ArchiveWriter::Impl {
    explicit Impl(ByteSink &destination) : sink(destination) {}

    ByteSink &sink;
    archive *handle = nullptr;
    archive_entry *entry = nullptr;
    AccountNames accounts;
    Zeros zeros;
    std::optional<Error> error; ///< the first one; everything after it fails the same way
    bool discard = false;       ///< after an error, and while libarchive is torn down
    std::string path;
    std::uint64_t expected = 0;
    std::uint64_t written = 0;
    std::uint64_t entries = 0;

    // Never fails towards libarchive: check() reports the sink's error, and a writer that
    // libarchive takes for broken is not freed whole (3.6).
    static la_ssize_t take(archive *, void *self, const void *bytes, std::size_t count) {
        auto *impl = static_cast<Impl *>(self);
        if (!impl->discard) {
            auto stored = impl->sink.write(std::span(static_cast<const std::byte *>(bytes), count));
            if (!stored) {
                impl->error = std::move(stored).error();
                impl->discard = true;
            }
        }
        return static_cast<la_ssize_t>(count);
    }

    Result<> open() {
        handle = archive_write_new();
        entry = archive_entry_new();
        if (handle == nullptr || entry == nullptr) {
            return fail(ErrorCode::internal, "start the archive: out of memory");
        }
        INTACT_TRY(check(archive_write_set_format_pax(handle), "start the archive"));
        INTACT_TRY(check(archive_write_set_format_option(handle, "pax", "xattrheader", "SCHILY"),
                         "start the archive"));
        INTACT_TRY(check(archive_write_set_bytes_per_block(handle, 0), "start the archive"));
        return check(archive_write_open(handle, this, nullptr, &Impl::take, nullptr),
                     "start the archive");
    }

    // A warning is libarchive marking a name that is no UTF-8 as raw bytes: what we want.
    Result<> check(int status, std::string_view doing) {
        if (!error && status != ARCHIVE_OK && status != ARCHIVE_WARN) {
            const char *words = archive_error_string(handle);
            error = Error(ErrorCode::internal,
                          fmt::format("{}: {}", doing, words != nullptr ? words : "no reason"));
        }
        if (error) {
            return fail(*error);
        }
        return {};
    }

    void fill(const os::Inode &inode, const std::string &hard_link_to) {
        archive_entry_clear(entry);
        archive_entry_copy_pathname(entry, path.c_str());
        archive_entry_set_filetype(entry, libarchive_type(inode.type));
        archive_entry_set_perm(entry, inode.mode);
        archive_entry_set_uid(entry, inode.uid);
        archive_entry_set_gid(entry, inode.gid);
        archive_entry_copy_uname(entry, accounts.user(inode.uid).c_str());
        archive_entry_copy_gname(entry, accounts.group(inode.gid).c_str());
        set_mtime(entry, inode.mtime);
        archive_entry_set_size(entry, static_cast<std::int64_t>(expected));
        if (!hard_link_to.empty()) {
            archive_entry_copy_hardlink(entry, hard_link_to.c_str());
            return;
        }
        if (inode.type == os::FileType::symlink) {
            archive_entry_copy_symlink(entry, inode.symlink_target.c_str());
        } else if (inode.type == os::FileType::character_device ||
                   inode.type == os::FileType::block_device) {
            archive_entry_set_rdevmajor(entry, inode.device_major);
            archive_entry_set_rdevminor(entry, inode.device_minor);
        } else if (inode.type == os::FileType::regular && inode.sparse && inode.size > 0) {
            set_sparse(entry, inode);
        }
        for (const os::Xattr &xattr : inode.xattrs) {
            add_xattr(entry, xattr);
        }
    }

    Result<> write(std::span<const std::byte> bytes) {
        if (bytes.size() > expected - written) {
            return fail(ErrorCode::internal,
                        fmt::format("archive {}: more content than its size of {} bytes",
                                    os::quoted_path(path), expected));
        }
        while (!bytes.empty()) {
            const la_ssize_t taken = archive_write_data(handle, bytes.data(), bytes.size());
            INTACT_TRY(
                check(taken > 0 ? ARCHIVE_OK : ARCHIVE_FATAL, "archive " + os::quoted_path(path)));
            bytes = bytes.subspan(static_cast<std::size_t>(taken));
            written += static_cast<std::uint64_t>(taken);
        }
        return {};
    }
};

ArchiveWriter::ArchiveWriter(ByteSink &sink) : impl_(std::make_unique<Impl>(sink)) {}

ArchiveWriter::~ArchiveWriter() {
    impl_->discard = true;
    if (impl_->entry != nullptr) {
        archive_entry_free(impl_->entry);
    }
    if (impl_->handle != nullptr) {
        archive_write_free(impl_->handle);
    }
}

Result<> ArchiveWriter::begin(const std::string &path, const os::Inode &inode,
                              const std::string &hard_link_to) {
    const LocaleScope locale(utf8_locale());
    if (impl_->handle == nullptr) {
        INTACT_TRY(impl_->open());
    }
    INTACT_TRY(impl_->check(ARCHIVE_OK, ""));
    if (metadata_bytes(path, inode) + hard_link_to.size() > kMetadataLimitBytes) {
        return fail(Error(ErrorCode::unsupported,
                          fmt::format("archive {}: its name and attributes take more than {} bytes",
                                      os::quoted_path(path), kMetadataLimitBytes))
                        .with_hint("exclude it, or remove some of its extended attributes"));
    }
    impl_->path = path;
    impl_->written = 0;
    impl_->expected = inode.type == os::FileType::regular && hard_link_to.empty() ? inode.size : 0;
    impl_->fill(inode, hard_link_to);
    INTACT_TRY(impl_->check(archive_write_header(impl_->handle, impl_->entry),
                            "archive " + os::quoted_path(path)));
    ++impl_->entries;
    return {};
}

Result<> ArchiveWriter::data(std::span<const std::byte> bytes) {
    return impl_->write(bytes);
}

Result<> ArchiveWriter::hole(std::uint64_t length) {
    INTACT_TRY_ASSIGN(const std::span<const std::byte> zeros, impl_->zeros.get());
    while (length > 0) {
        const std::uint64_t count = std::min<std::uint64_t>(length, zeros.size());
        INTACT_TRY(impl_->write(zeros.first(static_cast<std::size_t>(count))));
        length -= count;
    }
    return {};
}

Result<> ArchiveWriter::end() {
    if (impl_->written != impl_->expected) {
        return fail(ErrorCode::internal,
                    fmt::format("archive {}: {} bytes of content, expected {}",
                                os::quoted_path(impl_->path), impl_->written, impl_->expected));
    }
    return impl_->check(archive_write_finish_entry(impl_->handle),
                        "archive " + os::quoted_path(impl_->path));
}

Result<> ArchiveWriter::finish() {
    const LocaleScope locale(utf8_locale());
    if (impl_->handle == nullptr) {
        INTACT_TRY(impl_->open());
    }
    INTACT_TRY(impl_->check(ARCHIVE_OK, ""));
    return impl_->check(archive_write_close(impl_->handle), "end the archive");
}

std::uint64_t ArchiveWriter::entries() const {
    return impl_->entries;
}

} // namespace intact::pipeline
