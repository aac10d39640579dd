// What one check found, and what to do about it. Knows no check.
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace intact::checkup {

/// Spelled as in JSON.
enum class State { ok, warning, error, skipped };
std::string_view name_of(State state);

struct Finding {
    State state = State::ok;
    std::string found; ///< one line
    std::string hint;  ///< what to do, one line; may be empty
    /// Of the service's unit, to paste: lines with their newlines; as a rule empty.
    std::string drop_in;
    ErrorCode code = ErrorCode::internal; ///< of an error

    static Finding ok(std::string found);
    static Finding skipped(std::string why);
    static Finding warning(std::string found, std::string hint);
    static Finding error(ErrorCode code, std::string found, std::string hint);
    /// By its message, hint and code.
    static Finding error(const Error &error);
};

/// Of several that are one check: the worst state counts, and what is worst is told first.
class Findings {
public:
    void add(Finding finding);
    /// `nothing`: when none was added.
    Finding sum(Finding nothing) &&;

private:
    std::vector<Finding> all_;
};

} // namespace intact::checkup
