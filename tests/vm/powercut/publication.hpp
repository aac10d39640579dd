// The two backups that a crash decides between, and how the new one is published: by our own code,
// or by hand and wrong.
#pragma once

#include "base/error.hpp"
#include "base/run_id.hpp"
#include "destination/backup_name.hpp"
#include "destination/variant.hpp"
#include "os/file.hpp"

#include <functional>
#include <string>

namespace intact::powercut {

std::string old_content();
std::string new_content();

/// What is tried on one directory.
struct Case {
    destination::Naming naming = destination::Naming::fixed;
    destination::Variant variant = destination::Variant::rename;
    std::string control; ///< a protocol that is known to be wrong; empty: the variant
    RunId run = RunId::make(WallTime{});

    bool is_control() const { return !control.empty(); }
    std::string old_archive() const;
    std::string new_archive() const;
    std::string staged() const;
    std::string guard() const;
};

/// Throws when there is neither a variant nor a control of that name.
void choose_protocol(Case &tried, const std::string &name);

/// The backup before, by whatever means.
void publish_old(const Case &tried, const std::string &path);

/// The new one; calls `staged` when it is durable under its hidden names, and returns when its
/// publication has.
void publish_new(const Case &tried, const std::string &path, os::Sys &sys,
                 const std::function<void()> &staged);

} // namespace intact::powercut
