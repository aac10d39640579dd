// JSON from a destination, where anybody may have written it.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>

namespace intact::destination {

/// Throws what the library throws, and std::invalid_argument of what is nested more deeply than
/// anything of ours: it copies and writes values by recursion, which a file could make end the
/// process by a stack that is full.
template <class Json>
Json parse_untrusted(std::string_view text) {
    constexpr int kDeepest = 16;
    return Json::parse(text, [](int depth, typename Json::parse_event_t, const Json &) {
        if (depth > kDeepest) {
            throw std::invalid_argument("it is nested too deeply");
        }
        return true;
    });
}

} // namespace intact::destination
