#include "destination/content.hpp"

#include "destination/cold_file.hpp"
#include "destination/lost_clusters.hpp"
#include "pipeline/digest.hpp"
#include "pipeline/stored_reader.hpp"

#include <cerrno>

namespace intact::destination {

Content content_of(std::string_view text) {
    return {text.size(), pipeline::Sha256::of(text)};
}

namespace {

Result<Content> read_content(const os::Directory &directory, const std::string &name,
                             const std::stop_token &stop) {
    INTACT_TRY_ASSIGN(const ColdFile file, open_cold(directory, name));
    INTACT_TRY_ASSIGN(const auto reader, pipeline::StoredReader::open(
                                             file.fd.get(), directory.path_of(name), "none", stop));
    for (;;) {
        INTACT_TRY_ASSIGN(const auto bytes, reader->next());
        if (bytes.empty()) {
            return Content{reader->stored_bytes(), reader->stored_sha256()};
        }
    }
}

} // namespace

bool is_corruption(const Error &error) {
    return error.sys_errno() == EUCLEAN || error.sys_errno() == EBADMSG;
}

bool is_damage(const Error &error) {
    return is_corruption(error) || error.sys_errno() == EIO;
}

Result<std::optional<Content>> content_at(const os::Directory &directory, const std::string &name,
                                          const std::stop_token &stop) {
    if (has_lost_clusters(directory, name)) {
        return Content{};
    }
    auto content = read_content(directory, name, stop);
    if (content) {
        return *std::move(content);
    }
    if (content.error().sys_errno() == ENOENT) {
        return std::nullopt;
    }
    if (is_damage(content.error())) {
        return Content{};
    }
    return fail(std::move(content).error());
}

} // namespace intact::destination
