#include "destination/content.hpp"

#include "destination/cold_file.hpp"
#include "pipeline/digest.hpp"
#include "pipeline/stored_reader.hpp"

#include <cerrno>

namespace intact::destination {

Content content_of(std::string_view text) {
    return {text.size(), pipeline::Sha256::of(text)};
}

Result<std::optional<Content>> content_at(const os::Directory &directory, const std::string &name,
                                          const std::stop_token &stop) {
    const auto file = open_cold(directory, name);
    if (!file) {
        return file.error().sys_errno() == ENOENT ? Result<std::optional<Content>>(std::nullopt)
                                                  : fail(file.error());
    }
    INTACT_TRY_ASSIGN(
        const auto reader,
        pipeline::StoredReader::open(file->fd.get(), directory.path_of(name), "none", stop));
    for (;;) {
        INTACT_TRY_ASSIGN(const auto bytes, reader->next());
        if (bytes.empty()) {
            break;
        }
    }
    return Content{reader->stored_bytes(), reader->stored_sha256()};
}

} // namespace intact::destination
