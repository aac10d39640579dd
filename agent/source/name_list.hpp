// The names in one directory, packed: a directory of a million files must not cost a string each.
// Knows no file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace intact::source {

/// Filled by add(), then sorted once, then taken from the front in byte order.
/// Memory: a name's bytes and five more.
class NameList {
public:
    /// Names hold no NUL.
    void add(std::string_view name);
    void sort();
    /// After sort().
    bool has(std::string_view name) const;
    bool empty() const { return next_ == places_.size(); }
    /// The first one, which is then gone.
    std::string take();
    /// Before take().
    void drop_with_prefix(std::string_view prefix);

private:
    std::string_view at(std::uint32_t place) const;

    /// Each name with a NUL at its end. In pieces: one text would be held twice while it grows.
    std::vector<std::string> pieces_;
    std::vector<std::uint32_t> places_;
    std::size_t next_ = 0;
};

} // namespace intact::source
