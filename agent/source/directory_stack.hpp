// The directories between a source path and the place where a walk is, with a bounded number of
// open descriptors however deep it goes. Knows no entry.
#pragma once

#include "base/error.hpp"
#include "os/unique_fd.hpp"
#include "source/name_list.hpp"

#include <cstddef>
#include <sys/types.h>
#include <vector>

namespace intact::source {

class DirectoryStack {
public:
    struct Level {
        os::UniqueFd fd; ///< none while closed for want of descriptors
        dev_t device = 0;
        ino_t inode = 0;
        NameList names;              ///< still to be visited
        std::size_t path_length = 0; ///< of the path that leads here
    };

    /// Enters a directory that is open already.
    Result<> enter(os::UniqueFd fd, NameList names, std::size_t path_length);
    /// Leaves the innermost one; its parent is opened again by ".." when it had been closed. Where
    /// ".." leads elsewhere by now, the tree was moved under the walk: the levels that can't be
    /// reached any more are dropped up to one that is open, the outermost one at the latest.
    /// Returns the path lengths of those dropped before all their names were visited, innermost
    /// first. Errors: io when no descriptor was left for a parent.
    Result<std::vector<std::size_t>> leave();

    bool empty() const { return levels_.empty(); }
    Level &top() { return levels_.back(); }

private:
    std::vector<Level> levels_;
};

} // namespace intact::source
