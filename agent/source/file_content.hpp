// A regular file's content into the sink: exactly as many bytes as its entry promised.
#pragma once

#include "base/error.hpp"
#include "os/inode_read.hpp"
#include "source/entry_sink.hpp"

#include <cstddef>
#include <optional>
#include <stop_token>
#include <vector>

namespace intact::source {

/// What went wrong with the content though the entry stays whole in form.
struct ContentFlaw {
    enum class Kind { changed, shrank, truncated };
    Kind kind;
    std::string detail;
};

class FileContent {
public:
    FileContent();
    /// Reads `reading.inode.size` bytes of the file; what is missing is made up by a hole.
    /// Errors: cancelled; whatever the sink reports.
    Result<std::optional<ContentFlaw>> copy(int fd, const os::InodeReading &reading,
                                            EntrySink &sink, const std::stop_token &stop);

private:
    Result<std::optional<ContentFlaw>> copy_data(int fd, std::uint64_t offset, std::uint64_t length,
                                                 EntrySink &sink, const std::stop_token &stop);
    std::vector<std::byte> buffer_;
};

} // namespace intact::source
