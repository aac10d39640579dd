// One JSON object a line, to a descriptor. Knows no event.
#pragma once

#include "cli/output.hpp"

#include <nlohmann/json_fwd.hpp>
#include <optional>

namespace intact::cli {

/// Thread: any; lines do not mix.
class JsonLines {
public:
    /// `fd` is borrowed.
    explicit JsonLines(int fd);
    /// A reader that has gone does not end the run: what cannot be written is dropped.
    void write(const nlohmann::ordered_json &object);
    /// The same for what is soon out of date: a reader that does not keep up does not get it.
    void offer(const nlohmann::ordered_json &object);

private:
    std::optional<Output> own_; ///< none for stdout, which others write to as well
    Output &output_;
};

} // namespace intact::cli
