// One JSON object a line, to a descriptor. Knows no event.
#pragma once

#include <mutex>
#include <nlohmann/json_fwd.hpp>

namespace intact::cli {

/// Thread: any; lines do not mix.
class JsonLines {
public:
    /// `fd` is borrowed.
    explicit JsonLines(int fd) : fd_(fd) {}
    /// A reader that has gone does not end the run: what cannot be written is dropped.
    void write(const nlohmann::ordered_json &object);

private:
    int fd_;
    std::mutex mutex_;
};

} // namespace intact::cli
