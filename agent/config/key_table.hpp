// The one table of keys: what parsing, unknown-key detection, `config show`, the manual and the
// JSON schema say about a key comes from its row here. Knows no file.
#pragma once

#include "config/checks.hpp"
#include "config/job.hpp"

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace intact::config {

enum class Kind : std::uint8_t {
    text,
    boolean,
    integer,
    duration,       ///< minimum and maximum in microseconds; kUnbounded takes "infinity" too
    size,           ///< minimum and maximum in bytes
    choice,         ///< one of `choices`
    texts,          ///< a list of strings
    flag_or_text,   ///< true, false or a string
    text_or_texts,  ///< a string, or a list of strings
    table_of_texts, ///< keys of the operator's own, each a string
    text_or_table,  ///< a table of strings, or one string for each of `all_names`
    environment,    ///< the same, each a string or a reference to a secret
    secret,         ///< a string or a reference to a secret
};

inline constexpr std::int64_t kUnbounded = std::numeric_limits<std::int64_t>::max();

/// Names of a table that the agent knows.
using Names = std::vector<std::string> (*)();

/// Which types of source a key is for, as bits 1 << SourceType; 0: it is no key of a source.
using SourceTypes = std::uint8_t;
constexpr SourceTypes only(SourceType type) {
    return static_cast<SourceTypes>(1U << static_cast<unsigned>(type));
}

struct Key {
    std::string_view name; ///< dotted, "destination.path"
    Kind kind = Kind::text;
    std::string_view builtin{}; ///< the default as TOML spells it; empty: none, or it depends
    std::span<const std::string_view> choices{}; ///< of a choice, or of each text of a table
    std::int64_t minimum = 0;
    std::int64_t maximum = 0;
    Check check = nullptr;      ///< of a text, or of each text of a list or table
    Check name_check = nullptr; ///< of each name of a table
    Names all_names = nullptr;  ///< of a text_or_table
    SourceTypes used_by = 0;
    SourceTypes required_by = 0;
    std::string_view summary{}; ///< one line, for the manual and the schema
};

/// The keys of one kind of file.
class KeySet {
public:
    explicit constexpr KeySet(std::span<const Key> keys) : keys_(keys) {}

    /// In the order of the manual.
    std::span<const Key> all() const { return keys_; }
    const Key *find(std::string_view name) const;
    /// Whether `name` is a table that holds keys ("" for the top).
    bool is_table(std::string_view name) const;
    /// The names directly below a table, tables included, in the order of the manual.
    std::vector<std::string> names_in(std::string_view table) const;
    /// The tables that hold a key of this last name.
    std::vector<std::string> tables_with(std::string_view leaf) const;

private:
    std::span<const Key> keys_;
};

/// Of a job's file, and of [defaults].
const KeySet &job_keys();
/// Of intact.toml, beside [defaults].
const KeySet &agent_keys();

} // namespace intact::config
