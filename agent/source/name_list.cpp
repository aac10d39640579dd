#include "source/name_list.hpp"

#include <algorithm>

namespace intact::source {
namespace {

constexpr std::size_t kPieceBytes = 64u << 10;

} // namespace

void NameList::add(std::string_view name) {
    if (pieces_.empty() || pieces_.back().size() + name.size() >= kPieceBytes) {
        pieces_.emplace_back();
    }
    std::string &piece = pieces_.back();
    places_.push_back(
        static_cast<std::uint32_t>((pieces_.size() - 1) * kPieceBytes + piece.size()));
    piece.append(name);
    piece += '\0';
}

std::string_view NameList::at(std::uint32_t place) const {
    return pieces_[place / kPieceBytes].c_str() + place % kPieceBytes;
}

// As unsigned bytes: char_traits<char> compares so, whatever the sign of char.
void NameList::sort() {
    std::sort(places_.begin(), places_.end(),
              [this](std::uint32_t a, std::uint32_t b) { return at(a) < at(b); });
}

bool NameList::has(std::string_view name) const {
    const auto found = std::lower_bound(
        places_.begin(), places_.end(), name,
        [this](std::uint32_t place, std::string_view wanted) { return at(place) < wanted; });
    return found != places_.end() && at(*found) == name;
}

std::string NameList::take() {
    return std::string(at(places_[next_++]));
}

void NameList::drop_with_prefix(std::string_view prefix) {
    std::erase_if(places_, [&](std::uint32_t place) { return at(place).starts_with(prefix); });
}

} // namespace intact::source
