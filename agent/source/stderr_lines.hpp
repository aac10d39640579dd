// What a command says on stderr: each line handed on, the last 64 KiB kept.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace intact::source {

class StderrLines {
public:
    explicit StderrLines(const std::function<void(std::string_view)> &on_line)
        : on_line_(on_line) {}

    void take(std::string_view bytes);
    /// After the last byte: a line without its newline counts as well.
    void finish();
    const std::string &tail() const { return tail_; }
    const std::string &last_line() const { return last_line_; }

private:
    void end_line();

    const std::function<void(std::string_view)> &on_line_;
    std::string line_;
    std::string last_line_;
    std::string tail_;
};

} // namespace intact::source
