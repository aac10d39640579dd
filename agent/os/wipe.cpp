#include "os/wipe.hpp"

#include <algorithm>
#include <cstring>

namespace intact::os {

void wipe(std::string &text) {
    // What lies between size and capacity is ours only as part of the text.
    text.resize(text.capacity());
    explicit_bzero(text.data(), text.size());
    text.clear();
}

std::string movable_copy(std::string_view secret) {
    std::string copy;
    copy.reserve(
        std::max(secret.size(), sizeof(std::string))); // more than fits into the string itself
    copy.append(secret);
    return copy;
}

WipedAtEnd::~WipedAtEnd() {
    if (text_ != nullptr) {
        wipe(*text_);
    }
    if (texts_ != nullptr) {
        for (std::string &text : *texts_) {
            wipe(text);
        }
    }
    if (variables_ != nullptr) {
        for (auto &[name, value] : *variables_) {
            wipe(value);
        }
    }
}

} // namespace intact::os
