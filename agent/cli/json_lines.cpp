#include "cli/json_lines.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <unistd.h>

namespace intact::cli {
namespace {

std::string line_of(const nlohmann::ordered_json &object) {
    constexpr int kOneLine = -1;
    return object.dump(kOneLine, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
           "\n";
}

} // namespace

JsonLines::JsonLines(int fd)
    : output_(fd == STDOUT_FILENO ? standard_output() : own_.emplace(fd)) {}

void JsonLines::write(const nlohmann::ordered_json &object) {
    output_.write(line_of(object));
}

void JsonLines::offer(const nlohmann::ordered_json &object) {
    output_.offer(line_of(object));
}

} // namespace intact::cli
