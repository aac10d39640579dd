#include "source/stderr_lines.hpp"

namespace intact::source {
namespace {

constexpr std::size_t kLineBytes = 8u << 10; // a longer line comes in pieces

} // namespace

void StderrLines::take(std::string_view bytes) {
    tail_.add(bytes);
    for (const char c : bytes) {
        if (c == '\n') {
            end_line();
            continue;
        }
        line_ += c;
        if (line_.size() == kLineBytes) {
            end_line();
        }
    }
}

void StderrLines::finish() {
    if (!line_.empty()) {
        end_line();
    }
}

void StderrLines::end_line() {
    if (on_line_) {
        on_line_(line_);
    }
    if (line_.find_first_not_of(" \t\r") != std::string::npos) {
        last_line_ = line_;
    }
    line_.clear();
}

} // namespace intact::source
