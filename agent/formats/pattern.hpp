// A regular expression of the operator's, in time linear in what it is matched against.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace intact::formats {

/// RE2's syntax, over bytes. "$" and "\z" are the end of the text, "(?m)" makes "$" that of a line.
class Pattern {
public:
    explicit Pattern(std::string_view text);
    ~Pattern();
    Pattern(Pattern &&) noexcept;

    /// Why it cannot be used; empty: it can.
    std::string complaint() const;
    bool is_in(std::string_view text) const;

private:
    std::unique_ptr<re2::RE2> expression_;
};

} // namespace intact::formats
