// What a command says on stderr: each line handed on, the last of them kept.
#pragma once

#include "base/tail.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace intact::source {

/// How much of all that a run said is kept.
inline constexpr std::size_t kStderrTailBytes = 64u << 10;

class StderrLines {
public:
    explicit StderrLines(const std::function<void(std::string_view)> &on_line)
        : on_line_(on_line) {}

    void take(std::string_view bytes);
    /// After the last byte: a line without its newline counts as well.
    void finish();
    std::string_view tail() const { return tail_.text(); }
    const std::string &last_line() const { return last_line_; }

private:
    void end_line();

    const std::function<void(std::string_view)> &on_line_;
    std::string line_;
    std::string last_line_;
    Tail tail_{kStderrTailBytes};
};

} // namespace intact::source
