// Writes the metrics' textfile on a thread of its own, since fsync(2) takes as long as the disk
// likes. Of several texts that wait only the newest is written.
#pragma once

#include "base/error.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace intact::daemon {

/// Thread: all but its own work on that of the loop. The end waits for the text being written.
class TextfileWriter {
public:
    explicit TextfileWriter(std::string path);
    ~TextfileWriter();
    TextfileWriter(const TextfileWriter &) = delete;
    TextfileWriter &operator=(const TextfileWriter &) = delete;

    void write(std::string text);

private:
    void work();

    const std::string path_;
    std::mutex mutex_;
    std::condition_variable has_work_;
    std::optional<std::string> text_;
    bool ends_ = false;
    std::string trouble_; ///< told already; the thread's
    std::thread thread_;  ///< last: it uses the others
};

} // namespace intact::daemon
