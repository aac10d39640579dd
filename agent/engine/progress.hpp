// The figures of a run under way, for whoever shows them. Knows no terminal.
#pragma once

#include "base/error.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>

namespace intact::engine {

/// Written by the run's threads, read by any thread at any time.
struct Progress {
    std::atomic<Stage> stage{Stage::claim};
    std::atomic<std::uint64_t> bytes_read{0};     ///< of the uncompressed stream
    std::atomic<std::uint64_t> bytes_written{0};  ///< to the archive
    std::atomic<std::uint64_t> bytes_carried{0};  ///< of the archive, from where it was staged
    std::atomic<std::uint64_t> bytes_verified{0}; ///< of the archive, read back
    std::atomic<std::uint64_t> entries{0};
    std::atomic<std::uint64_t> warnings{0};
    std::atomic<std::uint64_t> expected_bytes{0}; ///< of the stream, from the last run; 0: unknown

    void set_path(const std::string &path);
    std::string path() const;

private:
    mutable std::mutex mutex_;
    std::string path_;
};

} // namespace intact::engine
