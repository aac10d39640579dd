// What kubectl means when it fails: its words and exit status turned into a reason and what to do
// about it. Knows no process and no pod.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace intact::source {

class KubectlWords {
public:
    /// A line of stderr, at most 8 KiB. Keeps the most telling one and the last, shortened.
    void hear(std::string_view line);

    /// The reason, when one of its known ways to fail was heard.
    std::optional<Error> reason() const;
    /// It could not start the program there that it was told to, and no other was named.
    bool says_no_program() const;
    /// The line that tells why, else the last one; may be empty.
    const std::string &told() const { return told_.empty() ? last_ : told_; }

private:
    std::size_t rule_ = static_cast<std::size_t>(-1); ///< of the table; the lowest heard
    std::string told_;
    std::string last_;
};

} // namespace intact::source
