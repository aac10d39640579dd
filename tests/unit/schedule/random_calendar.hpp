// Random calendar expressions for tests: grammatical ones, and damaged ones.
#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace intact::schedule {

class RandomCalendar {
public:
    explicit RandomCalendar(std::uint64_t seed) : random_(seed) {}

    std::int64_t number(std::int64_t least, std::int64_t most) {
        return std::uniform_int_distribution<std::int64_t>(least, most)(random_);
    }
    /// Correct by the grammar, with or without weekdays, date, time.
    std::string expression();
    /// The same with a few bytes changed; correct or not.
    std::string damaged();

private:
    bool chance(int percent) { return number(1, 100) <= percent; }
    std::string weekdays();
    std::string item(std::int64_t least, std::int64_t most, bool counts_down);
    std::string component(std::int64_t least, std::int64_t most, int any_percent,
                          bool counts_down = false);
    std::string date();
    std::string time();

    std::mt19937_64 random_;
};

} // namespace intact::schedule
