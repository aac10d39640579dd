#include "base/run_id.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <sys/random.h>

namespace intact {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kLength = 26;
constexpr std::size_t kTimeLength = 10;

} // namespace

RunId RunId::make(WallTime now) {
    auto millis = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count());
    std::string text(kLength, '0');
    for (std::size_t i = kTimeLength; i-- > 0; millis >>= 5) {
        text[i] = kAlphabet[millis & 31];
    }
    std::array<std::uint8_t, kLength - kTimeLength> random{};
    // getrandom() of so few bytes neither blocks after boot nor returns short (getrandom(2)).
    if (getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
        std::random_device device;
        std::generate(random.begin(), random.end(),
                      [&] { return static_cast<std::uint8_t>(device()); });
    }
    for (std::size_t i = 0; i < random.size(); ++i) {
        text[kTimeLength + i] = kAlphabet[random[i] & 31];
    }
    return RunId(std::move(text));
}

std::optional<RunId> RunId::parse(std::string_view text) {
    const bool ours = text.size() == kLength && text[0] <= '7' &&
                      std::all_of(text.begin(), text.end(), [](char c) {
                          return kAlphabet.find(c) != std::string_view::npos;
                      });
    return ours ? std::optional(RunId(std::string(text))) : std::nullopt;
}

WallTime RunId::made() const {
    std::uint64_t millis = 0;
    for (const char c : text_.substr(0, kTimeLength)) {
        millis = millis << 5 | kAlphabet.find(c);
    }
    return WallTime(std::chrono::milliseconds(millis));
}

} // namespace intact
