// The records of a pax extended header, read as they come: of all they may say, the size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace intact::formats {

/// "LENGTH KEY=VALUE\n", one after the other. Memory: constant, whatever the values' length.
/// Source: POSIX.1-2017 pax, "pax Extended Header".
class PaxRecords {
public:
    /// False once a record is not as it must be.
    bool feed(std::span<const std::byte> bytes);
    /// Whether the last record has ended.
    bool ended() const { return state_ == State::length && length_digits_ == 0; }
    /// What the last record "size" said.
    std::optional<std::uint64_t> size() const { return size_; }

private:
    enum class State { length, key, value };

    bool take(char c);
    bool take_length(char c);
    bool end_record();

    State state_ = State::length;
    std::uint64_t length_ = 0; ///< of the record as it says itself
    std::uint64_t seen_ = 0;   ///< of it
    std::size_t length_digits_ = 0;
    std::string key_;   ///< its beginning
    std::string value_; ///< of a size
    std::optional<std::uint64_t> size_;
};

} // namespace intact::formats
