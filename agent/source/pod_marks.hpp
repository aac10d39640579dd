// What the script in a container says beside the data: read from the lines of stderr. Knows no
// process.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace intact::source {

/// Memory: constant. Input is hostile: what is no number or digest counts as not said.
class PodMarks {
public:
    explicit PodMarks(std::string mark) : mark_(std::move(mark)) {}

    /// Takes the line when it is a mark. Returns what of it is none, which is for others to read:
    /// all of an ordinary line, or what a program without a last newline had said before a mark.
    std::optional<std::string_view> take(std::string_view line);

    const std::string &mark() const { return mark_; }
    bool any() const { return any_; }
    bool is_gnu_tar() const { return is_gnu_tar_; }
    bool lacks_exclude() const { return lacks_exclude_; }
    /// What the container does not have: "tar", "tee", "wc", "sha256sum", "cat", "fifo"; for what
    /// is restored a "target", or "room" there.
    const std::vector<std::string> &lacking() const { return lacking_; }
    bool lacks(std::string_view thing) const;
    /// tar's exit status; nothing until tar has ended.
    std::optional<int> status() const { return status_; }
    std::optional<std::uint64_t> bytes() const { return bytes_; }
    const std::string &sha256() const { return sha256_; }

private:
    void note(std::string_view key, std::string_view value);

    std::string mark_;
    bool any_ = false;
    bool is_gnu_tar_ = false;
    bool lacks_exclude_ = false;
    std::vector<std::string> lacking_;
    std::optional<int> status_;
    std::optional<std::uint64_t> bytes_;
    std::string sha256_;
};

} // namespace intact::source
