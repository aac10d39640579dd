// What all of powercut shares: how the rig itself fails, and descriptors.
#pragma once

#include "os/unique_fd.hpp"

#include <stdexcept>
#include <string>
#include <vector>

namespace intact::powercut {

/// The rig could not do its work. Never a finding about what is under test.
class RigError : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Throws with errno when `failed`.
void require(bool failed, const std::string &what);

os::UniqueFd open_or_throw(const std::string &path, int flags);

enum class Status { zero, any };

/// Runs a program, found by PATH, to its end. Throws when its status is another one than it may be;
/// of one that may have any nothing is seen, else what it says on stderr.
void run_program(const std::vector<std::string> &words, Status status = Status::zero);

} // namespace intact::powercut
