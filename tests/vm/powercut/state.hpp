// What lies under the three names after a crash, and which of it each protocol may leave.
#pragma once

#include "vm/powercut/filesystem.hpp"
#include "vm/powercut/publication.hpp"

#include <string>

namespace intact::powercut {

/// Each is OLD, NEW, - (no such name), EMPTY, BAD (other bytes), or what the kernel said: EIO,
/// E117 (EUCLEAN), E and a number.
struct State {
    std::string final;
    std::string staged;
    std::string guard;

    std::string text() const { return final + "/" + staged + "/" + guard; }
    bool has_whole_copy() const;
    /// What a protocol known to be wrong has to be seen doing.
    bool is_damaged() const;
};

State state_of(const Case &tried, const std::string &path);

/// Whether a crash after the new backup was staged may leave it so.
bool is_allowed(const Case &tried, const FilesystemKind &kind, const State &state);

} // namespace intact::powercut
