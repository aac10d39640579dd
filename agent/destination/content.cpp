#include "destination/content.hpp"

#include "destination/page_cache.hpp"
#include "pipeline/digest.hpp"
#include "pipeline/stored_reader.hpp"

#include <cerrno>

namespace intact::destination {

Content content_of(std::string_view text) {
    return {text.size(), pipeline::Sha256::of(text)};
}

Result<std::optional<Content>> content_at(const os::Directory &directory, const std::string &name,
                                          const std::stop_token &stop) {
    const auto fd = directory.open_file(name);
    if (!fd) {
        return fd.error().sys_errno() == ENOENT ? Result<std::optional<Content>>(std::nullopt)
                                                : fail(fd.error());
    }
    const std::string path = directory.path_of(name);
    struct stat status{};
    if (fstat(fd->get(), &status) != 0) {
        return fail_errno(errno, "stat " + os::quoted(path));
    }
    drop_cached_pages(fd->get(), static_cast<std::uint64_t>(status.st_size));
    INTACT_TRY_ASSIGN(const auto reader,
                      pipeline::StoredReader::open(fd->get(), path, "none", stop));
    for (;;) {
        INTACT_TRY_ASSIGN(const auto bytes, reader->next());
        if (bytes.empty()) {
            break;
        }
    }
    return Content{reader->stored_bytes(), reader->stored_sha256()};
}

} // namespace intact::destination
