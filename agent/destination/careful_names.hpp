// Names changed where the answer may lie: NFS, SMB and FUSE report an error for a rename or a link
// that was done, when the reply is lost or the server restarts (rename(2), BUGS).
#pragma once

#include "base/error.hpp"
#include "os/file.hpp"

#include <string>

namespace intact::destination {

class CarefulNames {
public:
    CarefulNames(const os::Directory &directory, bool is_remote)
        : directory_(directory), is_remote_(is_remote) {}

    /// Replaces `to`. On an error of a remote filesystem, who lies where decides: done, not done
    /// and tried again (three times at most), or neither, which leaves all as it is and is an
    /// error.
    Result<> replace(const std::string &from, const std::string &to) const;
    /// Never replaces: by RENAME_NOREPLACE, or, where that is not known, by a look first; the
    /// target's lock keeps other runs out. Errors: already_exists.
    Result<> move(const std::string &from, const std::string &to) const;
    /// A second name. One that is this very file already is no error.
    Result<> link(const std::string &existing, const std::string &name) const;

private:
    Result<> rename(const std::string &from, const std::string &to, os::IfExists if_exists) const;

    const os::Directory &directory_;
    const bool is_remote_;
};

} // namespace intact::destination
