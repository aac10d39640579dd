// Decides how a backup is published: what the filesystem promises, what a probe showed, and what
// the operator wants.
#pragma once

#include "base/error.hpp"
#include "config/job.hpp"
#include "destination/filesystem.hpp"
#include "destination/probe.hpp"

#include <string>
#include <string_view>

namespace intact::destination {

struct Protocol {
    config::Strategy strategy = config::Strategy::atomic_rename; ///< never automatic
    Variant variant = Variant::rename;
    /// Every byte is read once more under the final name before the previous backup goes. Not where
    /// a name is known to lead to the very inode that was proven under another.
    bool reads_again = false;
    std::string reason;  ///< one line: what was found and what follows from it
    std::string concern; ///< for the outcome; empty: none
};

/// The table is the best allowed; the probe only lowers it. `wanted` is the operator's word: a
/// strategy forced against the table is taken, and its risk is the concern. Errors: unsupported
/// when what is wanted cannot be done there at all.
Result<Protocol> choose_protocol(const Filesystem &filesystem, const Probe &probe,
                                 config::Strategy wanted);

/// What is seen at the final name after a crash and before recovery, one clause for people.
std::string_view seen_after_crash(Variant variant);

/// What the filesystem refuses, told before the first byte. Errors: name_too_long; unsupported,
/// naming the character.
Result<> check_name(const Filesystem &filesystem, const std::string &archive);

} // namespace intact::destination
