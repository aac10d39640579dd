#include "source/pod_marks.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace intact::source {
namespace {

constexpr std::array<std::string_view, 8> kThings{"tar", "tee",  "wc",     "sha256sum",
                                                  "cat", "fifo", "target", "room"};
constexpr std::size_t kSha256Digits = 64;

template <typename Number>
std::optional<Number> whole_number(std::string_view text) {
    Number number = 0;
    const char *const begin = text.data();
    const char *const end = begin + text.size();
    const auto [stop, error] = std::from_chars(begin, end, number);
    if (error != std::errc() || stop != end || number < 0) {
        return std::nullopt;
    }
    return number;
}

bool is_sha256(std::string_view text) {
    return text.size() == kSha256Digits &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Up to the next space, which it takes as well.
std::string_view take_word(std::string_view &text) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return word;
}

} // namespace

std::optional<std::string_view> PodMarks::take(std::string_view line) {
    const std::size_t at = line.find(mark_);
    if (at == std::string_view::npos) {
        return line;
    }
    std::string_view rest = line.substr(at + mark_.size());
    if (rest.starts_with(' ')) {
        rest.remove_prefix(1);
        if (rest.ends_with('\r')) {
            rest.remove_suffix(1);
        }
        any_ = true;
        const std::string_view key = take_word(rest);
        note(key, take_word(rest));
    }
    return at == 0 ? std::nullopt : std::optional(line.substr(0, at));
}

void PodMarks::note(std::string_view key, std::string_view value) {
    if (key == "tar") {
        is_gnu_tar_ = value == "gnu";
    } else if (key == "no" && value == "exclude") {
        lacks_exclude_ = true;
    } else if (key == "no") {
        if (std::find(kThings.begin(), kThings.end(), value) != kThings.end() && !lacks(value)) {
            lacking_.emplace_back(value);
        }
    } else if (key == "status" && !status_) {
        status_ = whole_number<int>(value);
    } else if (key == "bytes" && !bytes_) {
        bytes_ = whole_number<std::uint64_t>(value);
    } else if (key == "sha256" && sha256_.empty() && is_sha256(value)) {
        sha256_ = value;
    }
}

bool PodMarks::lacks(std::string_view thing) const {
    return std::find(lacking_.begin(), lacking_.end(), thing) != lacking_.end();
}

} // namespace intact::source
