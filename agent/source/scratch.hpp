// A directory for a while, beside no backup: for a copy that a tool can only make as a file.
#pragma once

#include "base/error.hpp"
#include "os/unique_fd.hpp"

#include <string>
#include <string_view>

namespace intact::source {

/// This user's alone, below $TMPDIR or /var/tmp. Goes with the object, and with its process when
/// the next one of the same `what` is made: whoever uses one holds a lock on it.
class Scratch {
public:
    /// Errors: io, no_space, permission_denied.
    static Result<Scratch> make(std::string_view what);
    Scratch(Scratch &&other) noexcept;
    Scratch &operator=(Scratch &&) = delete;
    ~Scratch();

    const std::string &path() const { return path_; }

private:
    Scratch(std::string path, os::UniqueFd lock) : path_(std::move(path)), lock_(std::move(lock)) {}

    std::string path_; ///< empty: moved from
    os::UniqueFd lock_;
};

} // namespace intact::source
