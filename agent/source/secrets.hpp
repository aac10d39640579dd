// The variables of a job's program with what their references lead to, read when it starts and
// wiped when it has started. Knows no configuration file.
#pragma once

#include "base/error.hpp"
#include "config/variable.hpp"
#include "os/process.hpp"
#include "os/unique_fd.hpp"

#include <chrono>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>

namespace intact::source {

/// What a program that gives a secret may take.
inline constexpr std::chrono::milliseconds kSecretTimeout = std::chrono::minutes(1);

/// Moved, never copied; wiped when it goes.
class GivenVariables {
public:
    GivenVariables() = default;
    GivenVariables(GivenVariables &&) noexcept = default;
    GivenVariables &operator=(GivenVariables &&) = delete;
    ~GivenVariables();

    /// Over those of the same name. The descriptors are borrowed until it has started, and the
    /// values are copies: wipe them then (os::WipedAtEnd).
    void add_to(os::Spawn &spawn) const;
    /// Of a variable that is no path. Borrowed.
    std::string_view text_of(const std::string &name) const { return texts_.at(name); }

private:
    friend Result<GivenVariables> read_variables(const config::Variables &, const std::stop_token &,
                                                 std::chrono::milliseconds);
    std::map<std::string, std::string> texts_;
    std::map<std::string, os::UniqueFd> copies_; ///< of files, in memory, handed over by descriptor
};

/// Reads what the references lead to. One newline at the end of a secret is left out; an empty one,
/// one with a NUL byte and one longer than a variable can be (128 KiB) are refused. Where a
/// credential's path is asked for and not its owner alone has rights to it, the path is that of a
/// copy in memory: systemd 254 and later give credentials by access control list, with a mode that
/// pg_dump and ssh refuse.
/// Errors: credential_failed, whatever the reason; cancelled by the stop.
/// Thread: must stay until a reference's program has ended.
Result<GivenVariables> read_variables(const config::Variables &variables,
                                      const std::stop_token &stop,
                                      std::chrono::milliseconds timeout = kSecretTimeout);

} // namespace intact::source
