// The typed values of one file, each with its place, and how files lie over one another.
// Knows the keys, not what they mean together.
#pragma once

#include "config/key_table.hpp"
#include "config/source_text.hpp"
#include "config/variable.hpp"

#include <array>
#include <chrono>
#include <map>
#include <set>
#include <variant>

namespace intact::config {

/// An entry of a table_of_texts, text_or_table or environment, or a secret.
struct Entry {
    VariableValue value;
    Span span;
};

/// By Kind: boolean, integer, text and choice, texts and text_or_texts, table_of_texts and
/// text_or_table and environment, duration, size, secret.
using Data =
    std::variant<bool, std::int64_t, std::string, std::vector<std::string>,
                 std::map<std::string, Entry>, std::chrono::microseconds, std::uint64_t, Entry>;

struct Value {
    Data data;
    Span key;
    Span span;
};

struct Layer {
    std::string file;                         ///< empty: built in
    std::map<std::string_view, Value> values; ///< by Key::name; without the values that are wrong
    std::set<std::string_view> mentioned;     ///< keys that are there, right or wrong
    std::map<std::string, Span, std::less<>> tables;

    const Value *find(std::string_view key) const;
};

/// The table's own defaults as a layer.
const Layer &builtin_layer();

/// A job's values over the defaults' over the built-in ones; tables merge per key, lists replace.
class Effective {
public:
    struct Found {
        const Value *value = nullptr;
        const Layer *layer = nullptr;
    };

    Effective(const Layer &job, const Layer &defaults)
        : layers_{&job, &defaults, &builtin_layer()} {}

    const Layer &job() const { return *layers_[0]; }
    const Layer &defaults() const { return *layers_[1]; }
    /// value is null when no layer has the key.
    Found find(std::string_view key) const;
    /// Of the weaker layers only those of the pair that the job's own file does not settle.
    Found find_unless(std::string_view key, std::string_view rival) const;
    bool is_mentioned(std::string_view key) const;

    /// The key's value, or a T of its own when there is none. T is what Data holds for its Kind.
    template <typename T>
    T get(std::string_view key) const {
        return value_as<T>(find(key));
    }
    template <typename T>
    static T value_as(const Found &found) {
        const T *data = found.value == nullptr ? nullptr : std::get_if<T>(&found.value->data);
        return data == nullptr ? T{} : *data;
    }

private:
    std::array<const Layer *, 3> layers_;
};

/// Defaults of none.
const Layer &empty_layer();

} // namespace intact::config
