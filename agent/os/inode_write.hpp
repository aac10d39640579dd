// Puts what an Inode says of owner, mode, ACLs, attributes and times onto a file that is there.
// Makes no file and writes no content.
#pragma once

#include "os/inode.hpp"

#include <string>
#include <vector>

namespace intact::os {

enum class Ownership {
    keep_callers, ///< files belong to whoever runs this
    restore,      ///< as the Inode says; needs CAP_CHOWN for other users' files
};

/// What could not be set, one line each ("owner 5:6: Operation not permitted (EPERM)").
using MetadataLoss = std::vector<std::string>;

/// Onto an open regular file or directory, in the order that keeps the kernel from undoing a step:
/// owner, mode, attributes and ACLs, times last. Set-user-id, set-group-id and file capabilities
/// are given only to a file that has the owner and group they were meant for. An ACL the Inode does
/// not have (inherited from the directory) is removed. Source: chown(2), capabilities(7), acl(5),
/// inode(7).
MetadataLoss write_inode(int fd, const Inode &inode, Ownership ownership);

/// The same onto a symlink, FIFO or device `name` in the directory `dir`; never follows it.
MetadataLoss write_inode_at(int dir, const std::string &name, const Inode &inode,
                            Ownership ownership);

} // namespace intact::os
