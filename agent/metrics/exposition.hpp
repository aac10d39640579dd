// Writes families of series down, in either dialect. Knows no job.
// Source: prometheus.io, "Exposition formats"; OpenMetrics 1.0.0.
#pragma once

#include "base/clock.hpp"
#include "metrics/dialect.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace intact::metrics {

enum class SeriesType : std::uint8_t { gauge, counter, histogram, info };

/// The name is that of the text format: "…_total" of a counter, "…_info" of an info. Its end tells
/// the unit.
struct SeriesFamily {
    std::string_view name;
    SeriesType type = SeriesType::gauge;
    std::string_view help; ///< one sentence
};

using Label = std::pair<std::string_view, std::string_view>;
using Labels = std::initializer_list<Label>;

/// A time as series have it: seconds since 1970; 0: never, or none.
double seconds_of(const std::optional<WallTime> &time);

/// Thread: one.
class Exposition {
public:
    explicit Exposition(Dialect dialect) : dialect_(dialect) {}

    /// What follows is of this family, until the next one.
    void begin(const SeriesFamily &family);
    void add(Labels labels, double value) { add("", labels, value); }
    /// `suffix` of a histogram's series: "_bucket", "_sum", "_count".
    void add(std::string_view suffix, Labels labels, double value);
    /// After the last family.
    void end();

    std::size_t size() const { return text_.size(); }
    std::string take() { return std::exchange(text_, std::string()); }

private:
    void append_head(std::string_view word, std::string_view name, std::string_view rest);

    const Dialect dialect_;
    std::string name_; ///< of the family's series
    std::string text_;
};

} // namespace intact::metrics
