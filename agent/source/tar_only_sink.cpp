#include "source/tar_only_sink.hpp"

#include <algorithm>

namespace intact::source {
namespace {

// No name in the archive begins so: all of them begin with "./".
constexpr std::string_view kRuntimeWords = "OCI runtime ";

} // namespace

Result<std::span<std::byte>> TarOnlySink::space() {
    if (must_flush_) {
        must_flush_ = false;
        INTACT_TRY(inner_.write(std::as_bytes(std::span(first_.data(), held_))));
    }
    switch (kind_) {
    case Kind::tar:
        return inner_.space();
    case Kind::words:
        if (held_ == first_.size()) {
            return std::as_writable_bytes(std::span(ignored_));
        }
        break;
    case Kind::unknown:
        break;
    }
    return std::as_writable_bytes(std::span(first_)).subspan(held_);
}

void TarOnlySink::commit(std::size_t count) {
    if (kind_ == Kind::tar) {
        passed_ += count;
        inner_.commit(count);
        return;
    }
    if (held_ == first_.size()) {
        return;
    }
    held_ += count;
    const std::string_view seen(first_.data(), held_);
    if (kind_ == Kind::unknown &&
        !kRuntimeWords.starts_with(seen.substr(0, kRuntimeWords.size()))) {
        kind_ = Kind::tar;
        passed_ = held_;
        must_flush_ = true;
    } else if (held_ >= kRuntimeWords.size()) {
        kind_ = Kind::words;
    }
}

Result<> TarOnlySink::finish() {
    if (kind_ == Kind::words || held_ == 0 || (kind_ == Kind::tar && !must_flush_)) {
        return {};
    }
    kind_ = Kind::tar;
    must_flush_ = false;
    passed_ = held_;
    return inner_.write(std::as_bytes(std::span(first_.data(), held_)));
}

std::string_view TarOnlySink::words() const {
    std::string_view words(first_.data(), held_);
    words = words.substr(0, words.find_first_of("\r\n"));
    return kind_ == Kind::words ? words : std::string_view();
}

} // namespace intact::source
